package org.dmarcmilter.statistics;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Evaluation;
import org.jspecify.annotations.Nullable;

/**
 * Counts recorded messages by one property. Memory is bounded: so many names, and so many pairs of a name and the other side of its
 * failures, are kept exactly, those that come first; all others are counted together.
 */
public final class Statistics {
    /** By what is counted. */
    public enum By {
        /** By author domain; the other side are the addresses that its failures came from. */
        AUTHOR,
        /** By client address; the other side are the author domains that failed from there. */
        SOURCE,
        /** By what the owner asks for; the other side are the author domains that failed. */
        POLICY;

        /** The word for people and programs. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How much is kept.
     *
     * @param names of which each has a row of its own
     * @param pairs of a name and one on the other side, of all rows together
     */
    public record Bounds(int names, int pairs) {
        /** About 60 MiB if all is used. */
        public static final Bounds DEFAULT = new Bounds(100_000, 200_000);
    }

    /** What clients without an address, as on a unix socket, are called. */
    public static final String NO_ADDRESS = "no address";

    /** What messages without a policy are called. */
    public static final String NO_POLICY = "no policy";

    private final By by;
    private final Bounds bounds;
    private final Map<String, Row> rows = new HashMap<>();
    private final Tally total = new Tally();
    private final Row others = new Row("others");
    private long pairs;
    private @Nullable Instant first;
    private @Nullable Instant last;

    public Statistics(By by, Bounds bounds) {
        this.by = by;
        this.bounds = bounds;
    }

    /** Counts one. */
    public void add(Evaluation evaluation) {
        Instant at = evaluation.at();
        first = first == null || at.isBefore(first) ? at : first;
        last = last == null || at.isAfter(last) ? at : last;
        total.add(evaluation);
        Row row = row(name(evaluation));
        row.tally.add(evaluation);
        if (row != others && evaluation.dmarc().status() == Status.FAIL) {
            row.fail(by == By.AUTHOR ? source(evaluation) : author(evaluation));
        }
    }

    private String name(Evaluation evaluation) {
        return switch (by) {
            case AUTHOR -> author(evaluation);
            case SOURCE -> source(evaluation);
            case POLICY ->
                evaluation.dmarc().discovery() instanceof Discovery.Found
                        ? evaluation.dmarc().policy().word()
                        : NO_POLICY;
        };
    }

    private static String author(Evaluation evaluation) {
        return evaluation.dmarc().author().ascii();
    }

    private static String source(Evaluation evaluation) {
        return evaluation.client().map(IpAddress::text).orElse(NO_ADDRESS);
    }

    private Row row(String name) {
        Row known = rows.get(name);
        if (known != null) {
            return known;
        }
        if (rows.size() >= bounds.names()) {
            return others;
        }
        Row row = new Row(name);
        rows.put(name, row);
        return row;
    }

    /** By what. */
    public By by() {
        return by;
    }

    /** Of all messages. */
    public Tally total() {
        return total;
    }

    /** When the first of them was judged; empty if there is none. */
    public Optional<Instant> first() {
        return Optional.ofNullable(first);
    }

    /** When the last of them was judged; empty if there is none. */
    public Optional<Instant> last() {
        return Optional.ofNullable(last);
    }

    /** How many names there are, those counted together not among them. */
    public int names() {
        return rows.size();
    }

    /** Those that failed most, then those with most messages, then by name. */
    public List<Row> rows(int most) {
        return rows.values().stream().sorted(Row.ORDER).limit(most).toList();
    }

    /** All names that came when so many were known that no more are kept; empty if there were none. */
    public Optional<Row> others() {
        return others.tally.get(Count.MESSAGES) == 0 ? Optional.empty() : Optional.of(others);
    }

    /** How many messages of a name. */
    public record Named(String name, long messages) {}

    /** One name, its counts, and the other side of its failures. */
    public final class Row {
        static final Comparator<Row> ORDER = Comparator.comparingLong((Row row) -> -row.tally.get(Count.FAIL))
                .thenComparingLong(row -> -row.tally.get(Count.MESSAGES))
                .thenComparing(Row::name);

        private final String name;
        private final Tally tally = new Tally();
        private @Nullable Map<String, long[]> failing;
        private long elsewhere;

        private Row(String name) {
            this.name = name;
        }

        /** Domain, address or policy. */
        public String name() {
            return name;
        }

        /** Its counts. */
        public Tally tally() {
            return tally;
        }

        private void fail(String other) {
            Map<String, long[]> known = failing;
            long[] number = known == null ? null : known.get(other);
            if (number != null) {
                number[0]++;
            } else if (pairs >= bounds.pairs()) {
                elsewhere++;
            } else {
                pairs++;
                if (known == null) {
                    known = new HashMap<>(2);
                    failing = known;
                }
                known.put(other, new long[] {1});
            }
        }

        /** Those on the other side with most failures. */
        public List<Named> failing(int most) {
            return others().entrySet().stream()
                    .map(entry -> new Named(entry.getKey(), entry.getValue()[0]))
                    .sorted(Comparator.comparingLong((Named one) -> -one.messages())
                            .thenComparing(Named::name))
                    .limit(most)
                    .toList();
        }

        /** How many there are on the other side, as far as they are kept. */
        public int failingNames() {
            return others().size();
        }

        /** Failures whose other side is not kept. */
        public long failingElsewhere() {
            return elsewhere;
        }

        private Map<String, long[]> others() {
            return failing == null ? Map.of() : failing;
        }
    }
}
