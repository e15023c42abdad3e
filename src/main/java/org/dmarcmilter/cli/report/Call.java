package org.dmarcmilter.cli.report;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.cli.Terminal;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Configuration;

/**
 * A verb's surroundings and what it was given.
 *
 * @param terminal where to print
 * @param environment holds what overrides the configuration's file
 * @param words behind the verb
 * @param clock the time, or the one that {@code --now} says
 */
record Call(Terminal terminal, Map<String, String> environment, Words words, Clock clock) {

    /** The clock of {@code --now}: it runs on from there, so that limits of rate and time are what they are. */
    static Clock shifted(Clock clock, Instant now) {
        return Clock.offset(clock, Duration.between(clock.instant(), now));
    }

    /** The daemon's configuration, or that of {@code -c}. */
    Configuration configuration() throws ConfigException {
        return Configuration.load(words.value("-c"), terminal.in(), Overrides.of(environment, List.of()));
    }

    /** The same, for a verb that a timer starts. */
    Configuration quietConfiguration() throws ConfigException {
        return Configuration.loadQuietly(words.value("-c"), terminal.in(), Overrides.of(environment, List.of()));
    }

    void print(String text) {
        terminal.out().print(text);
    }
}
