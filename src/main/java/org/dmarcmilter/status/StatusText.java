package org.dmarcmilter.status;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.dmarcmilter.text.Printable;

/** The status for a terminal: one screen, printable characters only. */
public final class StatusText {
    private static final int MOST_DOMAINS = 5;
    private static final int MOST_LINES = 5;
    private static final int MOST_CHARACTERS = 200;

    private final StringBuilder out = new StringBuilder();
    private final Status status;

    private StatusText(Status status) {
        this.status = status;
    }

    /** Writes it. */
    public static String of(Status status) {
        return new StatusText(status).text();
    }

    private String text() {
        line(
                "",
                status.program() + " (Java " + status.java() + "), up "
                        + Shown.duration(Duration.between(status.started(), status.now())) + ", "
                        + (status.ready().isWell() ? "ready" : "NOT READY"));
        status.ready().problems().forEach(problem -> line("problem", problem));
        addConfiguration();
        addVerdicts();
        addFailing();
        addDns();
        addQueues();
        addReports();
        return out.toString();
    }

    private void line(String title, String words) {
        out.append(String.format(Locale.ROOT, "%-14s", title).replaceFirst("^ +$", ""))
                .append(Printable.of(words, MOST_CHARACTERS))
                .append('\n');
    }

    private void addConfiguration() {
        Status.Configuration configuration = status.configuration();
        line(
                "configuration",
                configuration.name() + ", loaded " + Shown.time(configuration.loaded()) + ", "
                        + Shown.number(configuration.reloads()) + " reloads");
        lines("refused", configuration.mistakes());
        lines("warning", configuration.warnings());
    }

    private void lines(String title, List<String> lines) {
        lines.stream().limit(MOST_LINES).forEach(words -> line(title, words));
        if (lines.size() > MOST_LINES) {
            line(title, "and " + (lines.size() - MOST_LINES) + " more");
        }
    }

    private void addVerdicts() {
        out.append('\n');
        row("verdicts", heads());
        row("last minute", numbers(status.lastMinute()));
        row("last hour", numbers(status.hour()));
        row("last day", numbers(status.day()));
    }

    private static List<String> heads() {
        return Stream.concat(Amounts.RESULTS.stream(), Amounts.ACTIONS.stream())
                .map(Measure::word)
                .toList();
    }

    private static List<String> numbers(Amounts amounts) {
        return Stream.concat(Amounts.RESULTS.stream(), Amounts.ACTIONS.stream())
                .map(measure -> Shown.number(amounts.of(measure)))
                .toList();
    }

    private void row(String title, List<String> cells) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-12s", title));
        cells.forEach(cell -> row.append(String.format(Locale.ROOT, "%12s", cell)));
        out.append(row).append('\n');
    }

    private void addFailing() {
        out.append('\n');
        if (status.failing().isEmpty()) {
            line("failing", "no mail since " + Shown.time(status.failingSince()));
            return;
        }
        line("failing", "most, since " + Shown.time(status.failingSince()) + ":");
        status.failing().stream()
                .limit(MOST_DOMAINS)
                .forEach(domain -> line(
                        "",
                        "              " + domain.name() + " p="
                                + domain.policy().word() + ", " + Shown.number(domain.messages()) + " from "
                                + sources(domain)));
    }

    private static String sources(FailingDomains.Domain domain) {
        return domain.sources().isEmpty()
                ? "no address"
                : String.join(
                        ", ",
                        domain.sources().stream()
                                .map(source -> source.ip().toString())
                                .toList());
    }

    private void addDns() {
        Status.Dns dns = status.dns();
        out.append('\n');
        line(
                "DNS",
                dns.problem().orElse("replies")
                        + "; " + Shown.share(dns.hits(), dns.hits() + dns.misses()) + " of "
                        + Shown.number(dns.hits() + dns.misses())
                        + " questions from the cache; half of the others within "
                        + Shown.latency(dns.median()) + ", 95 % within " + Shown.latency(dns.high()));
        line(
                "servers",
                String.join(
                        ", ",
                        dns.servers().stream()
                                .map(server -> server.address() + (server.resting() ? " (does not answer)" : ""))
                                .toList()));
        if (!dns.failures().isEmpty()) {
            line(
                    "failures",
                    String.join(
                            ", ",
                            dns.failures().stream()
                                    .map(failure -> failure.what() + " " + Shown.number(failure.number()))
                                    .toList()));
        }
    }

    private void addQueues() {
        out.append('\n');
        line(
                "queues",
                String.join(
                        ", ",
                        status.queues().stream()
                                .map(queue -> queue.name() + " " + Shown.number(queue.length()) + "/"
                                        + Shown.number(queue.bound()))
                                .toList()));
    }

    private void addReports() {
        Status.Reports reports = status.reports();
        line(
                "reports",
                (reports.recording()
                                ? Shown.number(reports.recorded()) + " records written, " + Shown.number(reports.lost())
                                        + " lost"
                                : "AggregateReports is off")
                        + "; " + Shown.number(reports.failureReports()) + " failure reports sent");
        reports.lastRun()
                .ifPresentOrElse(
                        run -> {
                            line(
                                    "last run",
                                    Shown.duration(Duration.between(run.end(), status.now())) + " ago; "
                                            + Shown.number(run.waiting()) + " reports wait" + states(run));
                            if (!run.error().isEmpty()) {
                                line("error", run.error());
                            }
                        },
                        () -> {
                            if (reports.recording()) {
                                line("last run", "none yet: see dmarc-milter-report.timer");
                            }
                        });
    }

    private static String states(ReportRun run) {
        StringBuilder states = new StringBuilder();
        run.reports()
                .forEach((state, number) ->
                        states.append(", ").append(state).append(' ').append(Shown.number(number)));
        return states.toString();
    }
}
