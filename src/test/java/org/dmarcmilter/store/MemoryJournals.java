package org.dmarcmilter.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.dmarcmilter.aggregate.ReportFacts;

/** Journals without files. A record or mark takes one octet, so a position is a number of these. */
final class MemoryJournals implements Journals {
    /** What was packed and deleted. */
    final List<String> packed = new ArrayList<>();

    final List<String> deleted = new ArrayList<>();
    private final List<Written> segments = new ArrayList<>();
    private int begun;

    /** A mark has no facts. */
    private record Line(Instant time, Optional<ReportFacts> facts) {}

    /** A segment as its writer sees it. */
    static final class Written {
        private final String node;
        private final String name;
        private final List<Line> lines = new ArrayList<>();
        private boolean ended;
        private long damaged;

        private Written(String node, int number) {
            this.node = node;
            this.name = String.format("%s-1764201600-%04d.jnl", node, number);
        }

        String name() {
            return name;
        }

        /** The same message, so many times. */
        Written add(Instant time, ReportFacts facts, int number) {
            for (int i = 0; i < number; i++) {
                lines.add(new Line(time, Optional.of(facts)));
            }
            return this;
        }

        Written add(Instant time, TestFacts facts) {
            return add(time, facts.facts(), 1);
        }

        Written mark(Instant time) {
            lines.add(new Line(time, Optional.empty()));
            return this;
        }

        /** A line that nobody can read. */
        Written damage() {
            damaged++;
            return this;
        }

        void end() {
            ended = true;
        }
    }

    /** Begins a segment; those of a node are begun in order. */
    Written begin(String node) {
        begun++;
        Written segment = new Written(node, begun);
        segments.add(segment);
        return segment;
    }

    void remove(Written segment) {
        segments.remove(segment);
    }

    @Override
    public long waitingOctets() {
        return segments.stream().mapToLong(segment -> segment.lines.size()).sum();
    }

    @Override
    public List<Segment> segments() {
        List<Segment> all = new ArrayList<>();
        for (Written segment : segments) {
            all.add(new Segment(segment.node, segment.name, !isFollowed(segment)));
        }
        return all;
    }

    private boolean isFollowed(Written segment) {
        return segments.stream()
                .anyMatch(other -> other.node.equals(segment.node) && other.name.compareTo(segment.name) > 0);
    }

    @Override
    public Read read(Segment segment, long from, long until, int records, Sink sink) {
        Written written = segments.stream()
                .filter(other -> other.name.equals(segment.name()))
                .findFirst()
                .orElseThrow();
        long last = Math.min(written.lines.size(), until);
        long end = Math.max(from, Math.min(last, from + records));
        OptionalLong mark = OptionalLong.empty();
        for (int i = (int) from; i < end; i++) {
            Line line = written.lines.get(i);
            if (line.facts.isPresent()) {
                sink.take(line.time, line.facts.get());
            } else {
                mark = OptionalLong.of(line.time.getEpochSecond());
            }
        }
        boolean whole = end == written.lines.size() && until == Long.MAX_VALUE;
        long damaged = whole ? written.damaged : 0;
        written.damaged -= damaged;
        return new Read("instance", "test", end, damaged, mark, whole && (written.ended || isFollowed(written)));
    }

    @Override
    public void tidy(Set<String> finished, Set<String> old) {
        packed.addAll(finished);
        deleted.addAll(old);
        segments.removeIf(segment -> old.contains(segment.name));
    }
}
