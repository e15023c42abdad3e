package org.dmarcmilter.testing;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.LogLine.Severity;
import org.dmarcmilter.judge.Verdict;
import org.dmarcmilter.message.HeaderField;

/** Parts of a judgement as a table writes them. */
public final class Shown {
    private Shown() {}

    /** {@code accept}, {@code hold: REASON} or {@code 550 5.7.1 TEXT}. */
    public static String answer(Verdict verdict) {
        if (verdict instanceof Verdict.Refuse refuse) {
            return refuse.code() + " " + refuse.enhancedCode() + " " + refuse.text();
        }
        return verdict instanceof Verdict.Hold hold
                ? "hold: " + hold.reason()
                : verdict.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** What the inserted fields say. */
    public static List<String> values(Judgement judgement) {
        return judgement.headers().stream().map(HeaderField::value).toList();
    }

    /** The lines of the log, without those for debugging. */
    public static String log(Judgement judgement) {
        return judgement.log().stream()
                .filter(line -> line.severity() != Severity.DEBUG)
                .map(line -> line.severity() + " " + line.text())
                .collect(Collectors.joining(" / "));
    }
}
