package org.dmarcmilter.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.function.Consumer;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
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
