package org.dmarcmilter.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. The message has a line for each mistake: where it is, what is wrong and what to write. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    public ConfigException(String message) {
        super(message);
    }

    ConfigException(List<Finding> mistakes) {
        this(mistakes.stream().map(Finding::toString).collect(Collectors.joining("\n")));
    }

    /** The mistakes, one in each line. */
    public List<String> mistakes() {
        return String.valueOf(getMessage()).lines().toList();
    }
}
