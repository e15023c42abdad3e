package org.dmarcmilter.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.recorded.HistoryFiles;
import org.dmarcmilter.recorded.Listener;
import org.dmarcmilter.recorded.RecordedMessage;
import org.dmarcmilter.testing.AnyReportFacts;

/** A journal of random messages, for who reads one. */
public final class TestJournal {
    private static final int AUTHORS = 40;

    private TestJournal() {}

    /**
     * Writes one segment.
     *
     * @param state the option ReportStateDirectory
     * @param written takes what each record holds
     */
    public static void write(Path state, Instant at, int records, Random random, Consumer<ReportFacts> written)
            throws IOException {
        JournalWriter.Identity identity = new JournalWriter.Identity("mx.example", ProgramVersion.NAME_AND_VERSION);
        try (WholeSegment segment = WholeSegment.begin(state, identity, at)) {
            for (int i = 0; i < records; i++) {
                ReportFacts facts = withAuthor("d" + random.nextInt(AUTHORS) + ".example", AnyReportFacts.of(random));
                segment.add(new JournalRecord(at, facts));
                written.accept(facts);
            }
            segment.finish();
        }
    }

    /** Writes what a history file has, as far as reports tell it. */
    public static void writeHistory(Path history, Path state) throws IOException {
        JournalWriter.Identity identity = new JournalWriter.Identity("mx.example", ProgramVersion.NAME_AND_VERSION);
        RecordingRules rules = new RecordingRules(ReportScope.ALL, 86_400);
        List<JournalRecord> records = new ArrayList<>();
        HistoryFiles.read(List.of(history), new Listener() {
            @Override
            public void message(RecordedMessage message) {
                rules.facts(message.evaluation(), false)
                        .ifPresent(facts -> records.add(
                                new JournalRecord(message.evaluation().at(), facts)));
            }

            @Override
            public void problem(String what) {
                throw new AssertionError(what);
            }

            @Override
            public void progress(long done, long all) {}
        });
        try (WholeSegment segment =
                WholeSegment.begin(state, identity, records.get(0).time())) {
            for (JournalRecord record : records) {
                segment.add(record);
            }
            segment.finish();
        }
    }

    private static ReportFacts withAuthor(String author, ReportFacts facts) {
        RowFacts row = facts.row();
        RowFacts other = new RowFacts(
                row.disposition(),
                row.dkimAligned(),
                row.spfAligned(),
                row.reasons(),
                author,
                row.envelopeFrom(),
                row.envelopeTo(),
                row.dkim(),
                row.spf(),
                row.weight());
        return new ReportFacts(facts.policy(), facts.rua(), facts.mistakes(), facts.client(), other);
    }
}
