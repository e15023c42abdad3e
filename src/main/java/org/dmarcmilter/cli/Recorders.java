package org.dmarcmilter.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.filter.DmarcFilter.JudgedMessage;
import org.dmarcmilter.filter.Judgement;
import org.dmarcmilter.history.HistoryWriter;
import org.dmarcmilter.metrics.Metrics;

/**
 * Passes what was judged to history and counters. One writer a file, so that a reload that names another file leaves the messages of
 * older connections in theirs.
 */
final class Recorders implements DmarcFilter.Recorder {
    private final Metrics metrics;
    private final OptionalInt umask;
    private final Map<String, HistoryWriter> histories = new ConcurrentHashMap<>();

    Recorders(Optional<Integer> umask, Metrics metrics) {
        this.metrics = metrics;
        this.umask = umask.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    @Override
    public void accept(JudgedMessage message) {
        Judgement judgement = message.judgement();
        metrics.countMessage(
                judgement.result().map(result -> result.status().word()).orElse("unevaluated"),
                judgement.verdict().action());
        Optional<String> file = message.policy().settings().history().file();
        if (file.isPresent() && message.judgement().evaluation().isPresent()) {
            histories
                    .computeIfAbsent(
                            file.get(),
                            path -> new HistoryWriter(
                                    Path.of(path),
                                    HistoryWriter.DEFAULT_MAX_WAITING,
                                    HistoryWriter.DEFAULT_FLUSH_INTERVAL,
                                    umask))
                    .offer(message.judgement().evaluation().get());
        }
    }

    long written() {
        return histories.values().stream().mapToLong(HistoryWriter::written).sum();
    }

    long dropped() {
        return histories.values().stream().mapToLong(HistoryWriter::dropped).sum();
    }

    long waiting() {
        return histories.values().stream().mapToLong(HistoryWriter::waiting).sum();
    }

    /** Writes what waits; gives up after the limit. */
    void flushAndClose(Duration limit) {
        histories.values().forEach(history -> history.flushAndClose(limit));
    }
}
