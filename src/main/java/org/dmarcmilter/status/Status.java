package org.dmarcmilter.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the daemon tells of itself at one moment: plain facts, which {@link StatusText}, {@link StatusJson} and {@link StatusPage} put into
 * words.
 *
 * @param now that moment
 * @param program name and version
 * @param java the version of Java
 * @param started when the daemon started
 * @param ready whether mail is judged and written down as it should be
 * @param configuration what is in force
 * @param lastMinute what was judged in it
 * @param lastHour the same, minute by minute, the oldest first
 * @param lastDay the same, a quarter of an hour each
 * @param dns how the DNS does
 * @param queues what waits
 * @param failing the author domains of which most mail fails, most first
 * @param failingSince from when on these were counted
 * @param reports aggregate reports
 */
public record Status(
        Instant now,
        String program,
        String java,
        Instant started,
        Health ready,
        Configuration configuration,
        Amounts lastMinute,
        List<Amounts> lastHour,
        List<Amounts> lastDay,
        Dns dns,
        List<Queue> queues,
        List<FailingDomains.Domain> failing,
        Instant failingSince,
        Reports reports) {
    public Status {
        lastHour = List.copyOf(lastHour);
        lastDay = List.copyOf(lastDay);
        queues = List.copyOf(queues);
        failing = List.copyOf(failing);
    }

    /** How long each part of {@link #lastDay} is. */
    public static final Duration DAY_STEP = Duration.ofMinutes(15);

    /**
     * The configuration.
     *
     * @param name how messages call it
     * @param loaded when it was loaded
     * @param reloads how often another one has taken its place
     * @param warnings what does nothing, or not what it seems to
     * @param mistakes of one that was to take its place, and did not
     */
    public record Configuration(
            String name, Instant loaded, long reloads, List<String> warnings, List<String> mistakes) {
        public Configuration {
            warnings = List.copyOf(warnings);
            mistakes = List.copyOf(mistakes);
        }
    }

    /**
     * The DNS, since the start unless a number says otherwise.
     *
     * @param problem why nothing can be looked up; empty as a rule
     * @param servers who is asked
     * @param hits answered without a question
     * @param misses questions asked
     * @param coalesced of the hits those that waited for somebody else's question
     * @param failures by kind, those that there were
     * @param median within which half of the questions ended, in seconds
     * @param high within which 95 of 100 did
     */
    public record Dns(
            Optional<String> problem,
            List<Server> servers,
            long hits,
            long misses,
            long coalesced,
            List<Counted> failures,
            double median,
            double high) {
        public Dns {
            servers = List.copyOf(servers);
            failures = List.copyOf(failures);
        }
    }

    /**
     * A DNS server.
     *
     * @param resting whether it has not answered lately
     */
    public record Server(String address, boolean resting) {}

    /** How often something has happened. */
    public record Counted(String what, long number) {}

    /**
     * Something that waits.
     *
     * @param bound how much may; beyond that it is dropped, refused or put off
     */
    public record Queue(String name, long length, long bound) {}

    /**
     * Reports.
     *
     * @param recording whether records for aggregate reports are written
     * @param recorded how many were, since the start
     * @param lost how many could not be
     * @param lastRun what the last run has left
     * @param failureReports failure reports sent, since the start
     */
    public record Reports(
            boolean recording, long recorded, long lost, Optional<ReportRun> lastRun, long failureReports) {}

    /** What was judged in the last hour. */
    public Amounts hour() {
        return Amounts.sum(lastHour);
    }

    /** What was judged in the last day. */
    public Amounts day() {
        return Amounts.sum(lastDay);
    }
}
