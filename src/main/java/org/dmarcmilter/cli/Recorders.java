package org.dmarcmilter.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.filter.DmarcFilter.JudgedMessage;
import org.dmarcmilter.history.HistoryWriter;

/**
 * Passes what was judged to history. One writer a file, so that a reload that names another file leaves the messages of
 * older connections in theirs.
 */
final class Recorders implements DmarcFilter.Recorder {
    private final OptionalInt umask;
    private final Map<String, HistoryWriter> histories = new ConcurrentHashMap<>();

    Recorders(Optional<Integer> umask) {
        this.umask = umask.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    @Override
    public void accept(JudgedMessage message) {
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

    /** Writes what waits; gives up after the limit. */
    void flushAndClose(Duration limit) {
        histories.values().forEach(history -> history.flushAndClose(limit));
    }
}
