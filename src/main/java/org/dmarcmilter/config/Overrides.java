package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What stands beside the file: the variables of a container, and the daemon's flags.
 *
 * @param defaults what holds where neither the file nor anything else says otherwise: {@code DMARC_MILTER_DEFAULT_OPTION}
 * @param variables {@code DMARC_OPTION=VALUE}, which outranks the file. An empty value says nothing; other names that begin with
 *     {@code DMARC_MILTER_} are the launcher script's
 * @param flags the command line, which outranks both
 */
public record Overrides(
        List<ConfigLexer.Line> defaults, List<ConfigLexer.Line> variables, List<ConfigLexer.Line> flags) {
    public static final Overrides NONE = new Overrides(List.of(), List.of(), List.of());

    private static final String PREFIX = "DMARC_";
    private static final String LAUNCHERS = "DMARC_MILTER_";
    private static final String DEFAULTS = "DMARC_MILTER_DEFAULT_";

    /**
     * Reads the variables.
     *
     * @throws ConfigException naming a variable that is no option or cannot be a line
     */
    public static Overrides of(Map<String, String> environment, List<ConfigLexer.Line> flags) throws ConfigException {
        List<ConfigLexer.Line> defaults = new ArrayList<>();
        List<ConfigLexer.Line> variables = new ArrayList<>();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (variable.getValue().isBlank()) {
                continue;
            }
            if (name.startsWith(DEFAULTS)) {
                defaults.add(line(name, DEFAULTS, variable.getValue()));
            } else if (name.startsWith(PREFIX) && !name.startsWith(LAUNCHERS)) {
                variables.add(line(name, PREFIX, variable.getValue()));
            }
        }
        return new Overrides(List.copyOf(defaults), List.copyOf(variables), List.copyOf(flags));
    }

    private static ConfigLexer.Line line(String name, String prefix, String value) throws ConfigException {
        Optional<Option> option = Option.named(name.substring(prefix.length()));
        if (option.isEmpty()) {
            throw new ConfigException(name + ": unrecognized parameter "
                    + ConfigLexer.printable(name.substring(prefix.length()).toUpperCase(Locale.ROOT))
                    + "; remove the variable or correct its name (dmarc-milter.conf(5) lists the options)");
        }
        if (value.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c))) {
            throw new ConfigException(
                    name + ": contains a line break or control character, which no option can have; remove it");
        }
        return new ConfigLexer.Line(name, option.get(), value.strip());
    }
}
