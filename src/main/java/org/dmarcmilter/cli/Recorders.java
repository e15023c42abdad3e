package org.dmarcmilter.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.cli.PolicyAssembly.Assembled;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.filter.DmarcFilter.JudgedMessage;
import org.dmarcmilter.filter.Judgement;
import org.dmarcmilter.filter.MessageFacts;
import org.dmarcmilter.history.HistoryWriter;
import org.dmarcmilter.metrics.Metrics;
import org.dmarcmilter.report.FailureNotice;
import org.dmarcmilter.report.FailureReporter;

/**
 * Passes what was judged to history, failure reports and counters. One writer a file, so that a reload that names another file leaves the messages of
 * older connections in theirs.
 */
final class Recorders implements DmarcFilter.Recorder {
    private final Metrics metrics;
    private final FailureReporter reporter;
    private final OptionalInt umask;
    private final Map<String, HistoryWriter> histories = new ConcurrentHashMap<>();

    Recorders(Optional<Integer> umask, Metrics metrics, Assembled assembled) {
        this.reporter = new FailureReporter(
                assembled.reports(),
                assembled.dns(),
                assembled.discovery(),
                FailureReporter.Limits.DEFAULT,
                Clock.systemUTC(),
                "dmarc-milter/" + ProgramVersion.VERSION);
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
        if (message.policy().settings().failureReports().enabled()
                && judgement.evaluation().isPresent()) {
            MessageFacts facts = message.facts();
            reporter.offer(new FailureNotice(
                    judgement.evaluation().get(),
                    facts.headers().fields(),
                    facts.sender().address(),
                    facts.client().host(),
                    facts.client().port(),
                    message.policy().authservId(facts)));
        }
    }

    /** Reports from now on follow another configuration; what was counted for the rate limits stays. */
    void reload(Assembled assembled) {
        reporter.reload(assembled.reports(), assembled.dns(), assembled.discovery());
    }

    /** Who sends failure reports, for its counters. */
    FailureReporter reporter() {
        return reporter;
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
        reporter.close(limit);
    }
}
