package org.dmarcmilter.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.history.HistoryWriter;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.report.FailureNotice;
import org.dmarcmilter.report.FailureReporter;
import org.dmarcmilter.status.FailingDomains;

/**
 * Passes what was judged to history, the journal of aggregate reports, failure reports and counters. One writer a file, so that a reload that names another file leaves
 * the messages of older connections in theirs.
 */
final class Recorders implements Consumer<JudgedMessage> {
    private final MessageCounters messages = new MessageCounters();
    private final Optional<FailingDomains> failing;
    private final FailureReporter reporter;
    private final ReportRecorder journal;
    private final OptionalInt umask;
    private final SetupWarnings setup;
    private final Map<String, HistoryWriter> histories = new ConcurrentHashMap<>();

    /**
     * @param journal of aggregate reports
     * @param failing counts domains that fail; empty where nobody can ask for them
     */
    Recorders(Optional<Integer> umask, Assembled assembled, ReportRecorder journal, Optional<FailingDomains> failing) {
        this.failing = failing;
        this.journal = journal;
        this.reporter = new FailureReporter(
                assembled.reports(),
                assembled.rules().dns(),
                assembled.discovery(),
                FailureReporter.Limits.DEFAULT,
                Clock.systemUTC(),
                "dmarc-milter/" + ProgramVersion.VERSION);
        this.setup = new SetupWarnings(assembled.rules().clock());
        this.umask = umask.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    @Override
    public void accept(JudgedMessage message) {
        setup.accept(message);
        Judgement judgement = message.judgement();
        messages.count(judgement);
        if (failing.isPresent()) {
            countFailing(judgement, failing.get());
        }
        Settings settings = message.rules().settings();
        Settings.History history = settings.history();
        history.file()
                .ifPresent(file -> message.forHistory()
                        .ifPresent(evaluation -> history(file).offer(evaluation, history.extraKeys())));
        journal.accept(message);
        if (settings.failureReports().enabled()) {
            judgement.evaluation().ifPresent(evaluation -> reporter.offer(notice(evaluation, message)));
        }
    }

    private static void countFailing(Judgement judgement, FailingDomains to) {
        Optional<Evaluation> evaluation = judgement.evaluation();
        if (evaluation.isPresent()) {
            countFailing(evaluation.get(), to);
        }
        List<Evaluation> others = judgement.others();
        for (int i = 0; i < others.size(); i++) {
            countFailing(others.get(i), to);
        }
    }

    private static void countFailing(Evaluation evaluation, FailingDomains to) {
        DmarcResult dmarc = evaluation.dmarc();
        if (dmarc.status() == DmarcResult.Status.FAIL) {
            to.count(dmarc.author(), dmarc.policy(), evaluation.client());
        }
    }

    private HistoryWriter history(String file) {
        return histories.computeIfAbsent(
                file, path -> new HistoryWriter(Path.of(path), HistoryWriter.DEFAULT_BOUNDS, umask));
    }

    private static FailureNotice notice(Evaluation evaluation, JudgedMessage message) {
        MessageFacts facts = message.facts();
        return new FailureNotice(
                evaluation,
                facts.headers().fields(),
                facts.client().host(),
                facts.client().port(),
                message.rules().authservId(facts));
    }

    /** Reports from now on follow another configuration; what was counted for the rate limits stays. */
    void reload(Assembled assembled) {
        reporter.reload(assembled.reports(), assembled.rules().dns(), assembled.discovery());
        journal.reload(assembled);
    }

    /** Who sends failure reports, for its counters. */
    FailureReporter reporter() {
        return reporter;
    }

    /** Who records for aggregate reports, for its counters. */
    ReportRecorder journal() {
        return journal;
    }

    /** What was counted of all messages. */
    MessageCounters messages() {
        return messages;
    }

    /** Messages that fail and about which no checker said anything. */
    long unchecked() {
        return setup.unchecked();
    }

    long written() {
        return histories.values().stream().mapToLong(HistoryWriter::written).sum();
    }

    long dropped() {
        return histories.values().stream().mapToLong(HistoryWriter::dropped).sum();
    }

    /** 1 while a history file cannot be written, else 0. */
    long failing() {
        return histories.values().stream().anyMatch(HistoryWriter::isFailing) ? 1 : 0;
    }

    /** What the history of that configuration suffers from, if anything. */
    Optional<String> historyProblem(Settings.History settings) {
        if (settings.file().isEmpty()) {
            return Optional.empty();
        }
        HistoryWriter writer = histories.get(settings.file().get());
        Path file = Path.of(settings.file().get());
        // Before the first message nobody has tried.
        boolean writable =
                writer == null ? Files.isWritable(Files.exists(file) ? file : directory(file)) : !writer.isFailing();
        return writable ? Optional.empty() : Optional.of("HistoryFile " + file + " cannot be written");
    }

    private static Path directory(Path file) {
        return Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    }

    long waiting() {
        return histories.values().stream().mapToLong(HistoryWriter::waiting).sum();
    }

    /** Writes what waits; gives up after the limit. */
    void flushAndClose(Duration limit) {
        histories.values().forEach(history -> history.flushAndClose(limit));
        journal.flushAndClose(limit);
        reporter.close(limit);
    }
}
