package org.dmarcmilter.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. The message has a line for each mistake: where it is, what is wrong and what to write. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final String warnings;

    public ConfigException(String message) {
        super(message);
        this.warnings = "";
    }

    ConfigException(List<Finding> mistakes, List<Finding> warnings) {
        super(mistakes.stream().map(Finding::toString).collect(Collectors.joining("\n")));
        this.warnings = warnings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
    }

    /** The mistakes, one in each line. */
    public List<String> mistakes() {
        return String.valueOf(getMessage()).lines().toList();
    }

    /** What else was found, one in each line. */
    public List<String> warnings() {
        return warnings.lines().toList();
    }
}
