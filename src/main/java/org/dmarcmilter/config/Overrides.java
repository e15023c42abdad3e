package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dmarcmilter.text.Printable;

/**
 * What stands beside the file: the variables of a container, and the daemon's flags.
 *
 * @param defaults what holds where neither the file nor anything else says otherwise: {@code DMARC_MILTER_DEFAULT_OPTION}
 * @param variables {@code DMARC_OPTION=VALUE}, which outranks the file. An empty value says nothing; other names that begin with
 *     {@code DMARC_MILTER_} are the launcher script's
 * @param flags the command line, which outranks both
 * @param mistakes variables that are no option or cannot be a line
 */
public record Overrides(
        List<ConfigLexer.Line> defaults,
        List<ConfigLexer.Line> variables,
        List<ConfigLexer.Line> flags,
        List<Finding> mistakes) {
    public static final Overrides NONE = new Overrides(List.of(), List.of(), List.of(), List.of());

    private static final String PREFIX = "DMARC_";
    private static final String LAUNCHERS = "DMARC_MILTER_";
    private static final String DEFAULTS = "DMARC_MILTER_DEFAULT_";

    /** Reads the variables. */
    public static Overrides of(Map<String, String> environment, List<ConfigLexer.Line> flags) {
        List<ConfigLexer.Line> defaults = new ArrayList<>();
        List<ConfigLexer.Line> variables = new ArrayList<>();
        Findings findings = new Findings();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (variable.getValue().isBlank()) {
                continue;
            }
            if (name.startsWith(DEFAULTS)) {
                line(name, DEFAULTS, variable.getValue(), findings).ifPresent(defaults::add);
            } else if (name.startsWith(PREFIX) && !name.startsWith(LAUNCHERS)) {
                line(name, PREFIX, variable.getValue(), findings).ifPresent(variables::add);
            }
        }
        return new Overrides(List.copyOf(defaults), List.copyOf(variables), List.copyOf(flags), findings.mistakes());
    }

    private static Optional<ConfigLexer.Line> line(String name, String prefix, String value, Findings to) {
        String called = name.substring(prefix.length());
        Optional<ConfigLexer.Line> line =
                Option.named(called).map(option -> new ConfigLexer.Line(name, option, value.strip()));
        if (line.isEmpty()) {
            to.mistake(
                    new ConfigLexer.Line(Printable.of(name), 0, called.toUpperCase(Locale.ROOT), value),
                    ConfigLexer.unrecognized(called, "Remove the variable or correct its name."));
        } else if (ConfigLexer.hasControls(value)) {
            to.mistake(line.get(), "line break or control character in the variable. Remove it.");
            return Optional.empty();
        }
        return line;
    }
}
