package org.dmarcmilter.daemon;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.judge.JudgedMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an administrator what messages show about his set-up: a checker whose name nobody believes, or no checker at all. Who sends
 * mail chooses what comes in, so there is a bound on what is said, and nothing is called ours that a sender could have written.
 */
final class SetupWarnings implements Consumer<JudgedMessage> {
    /** Names in an hour. More checkers nobody has; a sender may have more names. */
    static final int MOST_NAMES = 5;

    private static final Logger LOG = LoggerFactory.getLogger(SetupWarnings.class);
    private static final Duration BETWEEN_NAMES = Duration.ofHours(1);
    private static final Duration BETWEEN_SILENCES = Duration.ofMinutes(1);

    private final Clock clock;
    private final LongAdder unchecked = new LongAdder();
    private final Map<String, Instant> named = new HashMap<>();
    private Instant silenceTold = Instant.MIN;

    SetupWarnings(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void accept(JudgedMessage message) {
        Optional<Evidence> evidence = message.judgement().evidence();
        if (evidence.isPresent()) {
            tellOfStrangers(message, evidence.get());
            tellOfSilence(message, evidence.get());
        }
    }

    private void tellOfStrangers(JudgedMessage message, Evidence evidence) {
        List<String> strangers = evidence.fields().strangers();
        if (strangers.isEmpty()) {
            return;
        }
        for (String stranger : strangers) {
            if (mayName(stranger)) {
                LOG.warn(
                        "Authentication-Results of {} arrive where this host's own checkers put theirs, and are not"
                                + " believed. If it is the name that your DKIM or SPF filter is configured to write"
                                + " (AuthservID in opendkim.conf, for example), the line to set is: TrustedAuthservIDs {}."
                                + " If you do not know the name, change nothing: a sender can write such a field,"
                                + " and whom you believe can make any mail pass",
                        stranger,
                        believed(message, stranger));
            }
        }
    }

    private void tellOfSilence(JudgedMessage message, Evidence evidence) {
        if (!evidence.isSilent() || !message.judgement().fails()) {
            return;
        }
        unchecked.increment();
        if (isSilenceDue()) {
            LOG.warn(
                    "no checker in front of this filter said anything about mail that fails: is the DKIM filter"
                            + " running, and before us? OnMissingResults {} decides, SPFSelfValidate true would check SPF"
                            + " here",
                    message.rules().settings().handling().onMissingResults().word());
        }
    }

    /** Messages that fail and about which nobody said anything. */
    long unchecked() {
        return unchecked.sum();
    }

    private static String believed(JudgedMessage message, String stranger) {
        List<String> names =
                new ArrayList<>(message.rules().settings().identity().trusted());
        names.add(stranger);
        return String.join(", ", names);
    }

    private synchronized boolean mayName(String stranger) {
        Instant now = clock.instant();
        named.values().removeIf(at -> !now.isBefore(at.plus(BETWEEN_NAMES)));
        return named.size() < MOST_NAMES && named.putIfAbsent(stranger, now) == null;
    }

    private synchronized boolean isSilenceDue() {
        Instant now = clock.instant();
        if (!silenceTold.equals(Instant.MIN) && now.isBefore(silenceTold.plus(BETWEEN_SILENCES))) {
            return false;
        }
        silenceTold = now;
        return true;
    }
}
