package org.dmarcmilter.daemon;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.journal.JournalInUseException;
import org.dmarcmilter.journal.JournalWriter;
import org.dmarcmilter.journal.Segment;
import org.dmarcmilter.judge.JudgedMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes what was judged to the journal of aggregate reports, as the newest configuration has it. */
final class ReportRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(ReportRecorder.class);

    /** How long a journal is waited for that a reload has left. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /**
     * Where records go.
     *
     * @param directory the option ReportStateDirectory
     * @param ownAddresses mail for these is no reason for a report
     */
    private record Recording(Path directory, JournalWriter journal, RecordingRules rules, List<String> ownAddresses) {}

    private volatile Optional<Recording> recording = Optional.empty();
    private final AtomicLong writtenBefore = new AtomicLong();
    private final AtomicLong droppedBefore = new AtomicLong();

    /**
     * Records from now on as that configuration has it.
     *
     * @throws JournalInUseException if another process writes where it would; then all stays as it was
     */
    void follow(Assembled assembled) throws JournalInUseException {
        Settings.AggregateReports reports = assembled.rules().settings().aggregateReports();
        Optional<Recording> before = recording;
        if (!reports.enabled()) {
            recording = Optional.empty();
            before.ifPresent(this::close);
            return;
        }
        Path directory = Path.of(reports.stateDirectory());
        JournalWriter.Settings settings = new JournalWriter.Settings(
                reports.journal().maxOctets(), reports.journal().sync());
        Optional<JournalWriter> same =
                before.filter(open -> open.directory().equals(directory)).map(Recording::journal);
        JournalWriter journal = same.isPresent() ? same.get() : start(directory, settings, assembled);
        journal.follow(settings);
        List<String> own =
                new ArrayList<>(assembled.rules().settings().exemptions().mailTo());
        own.add(reports.sender().email());
        recording = Optional.of(new Recording(directory, journal, assembled.recording(), List.copyOf(own)));
        before.filter(open -> same.isEmpty()).ifPresent(this::close);
    }

    private static JournalWriter start(Path directory, JournalWriter.Settings settings, Assembled assembled)
            throws JournalInUseException {
        return JournalWriter.start(
                directory,
                new JournalWriter.Identity(
                        Segment.nodeOf(assembled.rules().hostName()), "dmarc-milter/" + ProgramVersion.VERSION),
                settings,
                JournalWriter.DEFAULT_BOUNDS,
                assembled.rules().clock());
    }

    /** As {@link #follow}, where there is nobody whom a failure could stop. */
    void reload(Assembled assembled) {
        try {
            follow(assembled);
        } catch (JournalInUseException e) {
            LOG.error("ReportStateDirectory: {} (until then records go where they went before)", e.getMessage());
        }
    }

    /** Takes what was evaluated of a message: each author domain has a record of its own. */
    void accept(JudgedMessage message) {
        Optional<Recording> open = recording;
        List<Evaluation> evaluations = message.judgement().evaluations();
        if (open.isEmpty() || evaluations.isEmpty()) {
            return;
        }
        Recording to = open.get();
        boolean own = message.isTo(to.ownAddresses())
                || (message.isFrom(to.ownAddresses()) && hasSpfPass(evaluations.get(0)));
        for (Evaluation evaluation : evaluations) {
            to.journal().offer(evaluation, own, to.rules());
        }
    }

    /** Whether the host may send for the envelope sender, so that what is from one of our addresses is ours. */
    private static boolean hasSpfPass(Evaluation evaluation) {
        return evaluation
                .spf()
                .filter(spf ->
                        spf.result().equals(ResultWord.PASS) && spf.domain().isPresent())
                .isPresent();
    }

    long written() {
        return writtenBefore.get()
                + recording.map(open -> open.journal().written()).orElse(0L);
    }

    long dropped() {
        return droppedBefore.get()
                + recording.map(open -> open.journal().dropped()).orElse(0L);
    }

    long waiting() {
        return recording.map(open -> open.journal().waiting()).orElse(0);
    }

    /** 1 while the journal cannot be written, else 0. */
    long failing() {
        return recording.filter(open -> open.journal().isFailing()).isPresent() ? 1 : 0;
    }

    /** What the journal suffers from, if anything. */
    Optional<String> problem() {
        return recording
                .filter(open -> open.journal().isFailing())
                .map(open -> "the journal in ReportStateDirectory " + open.directory() + " cannot be written");
    }

    /** Writes what waits; gives up after the limit. */
    void flushAndClose(Duration limit) {
        recording.ifPresent(open -> open.journal().flushAndClose(limit));
    }

    private void close(Recording left) {
        left.journal().flushAndClose(PATIENCE);
        writtenBefore.addAndGet(left.journal().written());
        droppedBefore.addAndGet(left.journal().dropped());
    }
}
