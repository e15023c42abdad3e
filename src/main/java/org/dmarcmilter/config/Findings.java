package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.dmarcmilter.text.Printable;

/** Collects what is wrong with a configuration, so that an operator is told all of it at once, in the order of the file. */
public final class Findings {
    private static final int MOST = 100;

    private final List<Finding> all = new ArrayList<>();

    /** What ends the start. */
    public void mistake(ConfigLexer.Line line, String what) {
        add(true, line, line.place(), what);
    }

    /** What does not end it. */
    public void warning(ConfigLexer.Line line, String what) {
        add(false, line, line.place(), what);
    }

    /** As {@link #mistake(ConfigLexer.Line, String)}, in the file that the line names. */
    public void mistake(ConfigLexer.Line line, int lineOfList, String what) {
        add(true, line, line.value() + ":" + lineOfList, what);
    }

    /** As {@link #warning(ConfigLexer.Line, String)}, in the file that the line names. */
    public void warning(ConfigLexer.Line line, int lineOfList, String what) {
        add(false, line, line.value() + ":" + lineOfList, what);
    }

    private void add(boolean isMistake, ConfigLexer.Line line, String where, String what) {
        all.add(new Finding(isMistake, line.number(), Printable.of(where), Printable.of(line.label() + ": " + what)));
    }

    void addAll(List<Finding> findings) {
        all.addAll(findings);
    }

    public List<Finding> mistakes() {
        return inOrder(true);
    }

    public List<Finding> warnings() {
        return inOrder(false);
    }

    /** Not more than anybody reads: a file that is none may have thousands. */
    private List<Finding> inOrder(boolean mistakes) {
        List<Finding> sorted = all.stream()
                .filter(finding -> finding.isMistake() == mistakes)
                .distinct()
                .sorted(Comparator.comparingInt(finding -> finding.line() == 0 ? Integer.MAX_VALUE : finding.line()))
                .toList();
        if (sorted.size() <= MOST) {
            return sorted;
        }
        List<Finding> first = new ArrayList<>(sorted.subList(0, MOST));
        first.add(new Finding(mistakes, 0, "and " + (sorted.size() - MOST) + " more", "mend these first"));
        return first;
    }

    /**
     * Goes on only where there is no mistake.
     *
     * @throws ConfigException with all of them
     */
    public void endIfMistaken() throws ConfigException {
        List<Finding> mistakes = mistakes();
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes, warnings());
        }
    }
}
