package org.dmarcmilter.cli.stats;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.dmarcmilter.cli.report.Table;
import org.dmarcmilter.cli.stats.StatsCommand.Counted;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.statistics.Changes;
import org.dmarcmilter.statistics.Count;
import org.dmarcmilter.statistics.Statistics;
import org.dmarcmilter.statistics.Statistics.By;
import org.dmarcmilter.statistics.Statistics.Named;
import org.dmarcmilter.statistics.Statistics.Row;
import org.dmarcmilter.statistics.Tally;
import org.dmarcmilter.statistics.WhatIf;
import org.dmarcmilter.text.Printable;

/** Statistics for people, at most {@value #WIDTH} characters wide. */
final class StatsText {
    static final int WIDTH = 80;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** What is left of a line beside the figures of a domain. */
    private static final int MAX_DOMAIN = 28;

    /** So many names of the other side are looked for room for. */
    private static final int MOST_NAMES = 3;

    /** Numbers of seven digits stay as they are; more have no room. */
    private static final long MANY = 10_000_000;

    private static final double MILLION = 1_000_000;
    private static final int PERCENT = 100;

    private final Counted counted;
    private final Statistics statistics;
    private final StringBuilder out = new StringBuilder();

    private StatsText(Counted counted) {
        this.counted = counted;
        this.statistics = counted.statistics();
    }

    static String of(Counted counted) {
        StatsText text = new StatsText(counted);
        text.head();
        text.rows();
        text.whatIf();
        return text.out.toString();
    }

    private void head() {
        for (String place : counted.places()) {
            out.append(cut("read: " + place, WIDTH)).append('\n');
        }
        Tally total = statistics.total();
        if (total.get(Count.MESSAGES) == 0) {
            out.append("no messages\n");
            return;
        }
        out.append(time(statistics.first().orElseThrow()))
                .append(" to ")
                .append(time(statistics.last().orElseThrow()))
                .append(" UTC\n");
        out.append(count(total.get(Count.MESSAGES), "message"))
                .append(": ")
                .append(number(total.get(Count.PASS)))
                .append(" pass, ")
                .append(number(total.get(Count.FAIL)))
                .append(" fail, ")
                .append(number(total.get(Count.NO_RESULT)))
                .append(" without a result\n");
        out.append("of them ")
                .append(number(total.get(Count.DELIVERED)))
                .append(" delivered, ")
                .append(number(total.get(Count.QUARANTINED)))
                .append(" held, ")
                .append(number(total.get(Count.REJECTED)))
                .append(" rejected, ")
                .append(number(total.get(Count.PUT_OFF)))
                .append(" put off\n");
    }

    private static String time(Instant at) {
        return TIME.format(at);
    }

    private void rows() {
        List<Row> rows = statistics.rows(counted.rows());
        if (rows.isEmpty()) {
            return;
        }
        Table table = statistics.by() == By.POLICY
                ? new Table("policy", "messages", "failed", "delivered", "held", "rejected", "put off")
                : statistics.by() == By.AUTHOR
                        ? new Table("author domain", "failed", "messages", "DKIM", "SPF", "both", "policy")
                        : new Table("client address", "failed", "messages", "DKIM", "SPF", "both");
        rows.forEach(row -> add(table, row));
        statistics.others().ifPresent(row -> add(table, row));
        String[] lines = table.text().split("\n", -1);
        out.append('\n').append(lines[0]).append('\n');
        for (int i = 0; i < rows.size(); i++) {
            out.append(lines[i + 1]).append('\n');
            failing(rows.get(i));
        }
        statistics.others().ifPresent(row -> out.append(lines[rows.size() + 1]).append('\n'));
        long more = statistics.names() - (long) rows.size();
        if (more > 0) {
            out.append("and ").append(number(more)).append(" more; --limit shows them\n");
        }
        if (statistics.by() != By.POLICY) {
            out.append("DKIM, SPF, both: passed by these, of the messages\n");
        }
    }

    private void add(Table table, Row row) {
        Tally tally = row.tally();
        String name = cut(row.name(), statistics.by() == By.AUTHOR ? MAX_DOMAIN : WIDTH);
        String failed = number(tally.get(Count.FAIL));
        String messages = number(tally.get(Count.MESSAGES));
        switch (statistics.by()) {
            case POLICY ->
                table.row(
                        name,
                        messages,
                        failed,
                        number(tally.get(Count.DELIVERED)),
                        number(tally.get(Count.QUARANTINED)),
                        number(tally.get(Count.REJECTED)),
                        number(tally.get(Count.PUT_OFF)));
            case SOURCE ->
                table.row(
                        name,
                        failed,
                        messages,
                        percent(tally, Count.ALIGNED_DKIM),
                        percent(tally, Count.ALIGNED_SPF),
                        percent(tally, Count.ALIGNED_BOTH));
            case AUTHOR ->
                table.row(
                        name,
                        failed,
                        messages,
                        percent(tally, Count.ALIGNED_DKIM),
                        percent(tally, Count.ALIGNED_SPF),
                        percent(tally, Count.ALIGNED_BOTH),
                        tally.lastPolicy().map(Policy::word).orElse("-"));
        }
    }

    /** Never 0 for some, nor 100 for less than all. */
    private static String percent(Tally tally, Count count) {
        long some = tally.get(count);
        long all = tally.get(Count.MESSAGES);
        long share = some * PERCENT / all;
        return some == 0 ? "-" : share == 0 ? "<1%" : share + "%";
    }

    /** As many names of the other side as the line has room for. */
    private void failing(Row row) {
        List<Named> most = row.failing(MOST_NAMES);
        if (!most.isEmpty()) {
            out.append(named(
                    "    " + (statistics.by() == By.AUTHOR ? "from " : "as "),
                    most,
                    row.failingNames(),
                    row.failingElsewhere()));
        }
    }

    private static String named(String begin, List<Named> most, int names, long elsewhere) {
        StringBuilder line = new StringBuilder(begin);
        int shown = 0;
        for (Named one : most) {
            String next = (shown == 0 ? "" : ", ") + cut(one.name(), WIDTH / 2) + " (" + number(one.messages()) + ")";
            if (shown > 0
                    && line.length()
                                    + next.length()
                                    + rest(names - shown, elsewhere).length()
                            > WIDTH) {
                break;
            }
            line.append(next);
            shown++;
        }
        return line.append(rest(names - shown, elsewhere)).append('\n').toString();
    }

    private static String rest(int names, long elsewhere) {
        return (names > 0 ? " and " + number(names) + " more" : "")
                + (elsewhere > 0 ? ", " + number(elsewhere) + " elsewhere" : "");
    }

    private void whatIf() {
        if (counted.changes().isEmpty()) {
            return;
        }
        Changes changes = counted.changes().get();
        out.append("\nwith ")
                .append(Printable.of(String.join(", ", counted.whatIf())))
                .append('\n');
        List<Changes.Changed> all = changes.changes(MOST_NAMES);
        for (Changes.Changed change : all) {
            out.append("  ")
                    .append(words(change.kind().now()))
                    .append(" -> ")
                    .append(words(change.kind().then()))
                    .append(": ")
                    .append(count(change.messages(), "message"))
                    .append(" of ")
                    .append(count(change.domains(), "domain"))
                    .append(change.elsewhere() > 0 ? " or more\n" : "\n")
                    .append(named("    ", change.most(), change.domains(), change.elsewhere()));
        }
        if (all.isEmpty()) {
            out.append("  nothing is changed\n");
        }
        out.append("  as before: ")
                .append(count(changes.unchanged(), "message"))
                .append('\n');
        for (Map.Entry<WhatIf.Cause, Long> cause : new TreeMap<>(changes.notKnown()).entrySet()) {
            out.append("  not known: ")
                    .append(count(cause.getValue(), "message"))
                    .append(":\n    ")
                    .append(cause.getKey().words())
                    .append('\n');
        }
        if (changes.recordedOtherwise() > 0) {
            out.append("  Compared with ")
                    .append(cut(counted.configuration(), WIDTH / 2))
                    .append(" as it is now;\n  with ")
                    .append(count(changes.recordedOtherwise(), "message"))
                    .append(" something else was done then.\n");
        }
    }

    private static String words(Applied applied) {
        return switch (applied) {
            case ACCEPT -> "delivered";
            case QUARANTINE -> "held";
            case REJECT -> "rejected";
            case TEMPFAIL -> "put off";
        };
    }

    private static String number(long number) {
        return number < MANY
                ? String.format(Locale.ROOT, "%,d", number)
                : String.format(Locale.ROOT, "%.1fM", number / MILLION);
    }

    private static String count(long number, String thing) {
        return number(number) + " " + thing + (number == 1 ? "" : "s");
    }

    /** The end of a name says more than its beginning. */
    private static String cut(String text, int most) {
        String shown = Printable.of(text);
        return shown.length() <= most ? shown : "..." + shown.substring(shown.length() - most + 3);
    }
}
