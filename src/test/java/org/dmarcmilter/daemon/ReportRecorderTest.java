package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.JournalInUseException;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.Segment;
import org.dmarcmilter.journal.SegmentReader;
import org.dmarcmilter.report.FailureReportSettings;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What messages leave in the journal of aggregate reports. */
@Timeout(180)
class ReportRecorderTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private MailSystem system(String options, String state) {
        return MailSystem.with("AggregateReports true;ReportEmail reports@own.example;ReportStateDirectory "
                        + directory.resolve(state) + ";" + options)
                .txt("_dmarc.asks.example", "v=DMARC1; p=reject; rua=mailto:a@asks.example")
                .txt("_dmarc.also.example", "v=DMARC1; p=none; rua=mailto:b@also.example")
                .txt("_dmarc.silent.example", "v=DMARC1; p=reject")
                .txt("_dmarc.own.example", "v=DMARC1; p=none; rua=mailto:r@own.example");
    }

    private static Assembly.Assembled assembled(MailSystem system) {
        return new Assembly.Assembled(
                system.rules(),
                new SuffixListDiscovery(PublicSuffixList.bundled()),
                new FailureReportSettings(false, false, Optional.empty(), Optional.empty(), "true", NoReportsList.NONE),
                new RecordingRules(ReportScope.ALL, 86_400),
                PublicSuffixList.bundled());
    }

    private static void accept(ReportRecorder recorder, MailSystem system, String sender, String fields) {
        recorder.accept(
                system.judged(new TestMessage().queueId("Q").sender(sender).fields(fields)));
    }

    private List<RowFacts> rows(String state) throws IOException {
        List<RowFacts> rows = new ArrayList<>();
        for (Segment segment : new JournalDirectory(directory.resolve(state)).segments()) {
            try (SegmentReader reader = SegmentReader.open(segment, 0)) {
                for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                    rows.add(next.get().facts().row());
                }
            }
        }
        return rows;
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # options                     | sender                | fields                                                   | author, disposition, weight                         | why
                                      | <u@other.example>     | From: a@asks.example                                     | asks.example none REASON                            | RejectFailures is off
        RejectFailures true           | <u@other.example>     | From: a@asks.example                                     | asks.example reject REJECTED                        | refused
                                      | <u@other.example>     | From: a@asks.example & AR: mx.example.net; dkim=pass header.d=asks.example | asks.example pass REASON          | passed
                                      | <u@other.example>     | From: a@silent.example                                   |                                                     | nobody asks
                                      | <u@other.example>     | From: a@nothing.example                                  |                                                     | no policy
                                      | <u@other.example>     | Subject: x                                               |                                                     | no author
        IgnoreMailFrom asks.example   | <u@other.example>     | From: a@asks.example                                     |                                                     | ignored
                                      | <u@other.example>     | From: a@asks.example, b@also.example                     | asks.example none REASON, also.example none REASON  | each author domain has its record
        RejectFailures true           | <u@other.example>     | From: a@asks.example, b@also.example                     | asks.example reject REJECTED, also.example reject REJECTED | with what was done with the message
                                      | <u@other.example>     | From: a@also.example, b@own.example & AR: mx.example.net; dkim=pass header.d=also.example; dkim=pass header.d=own.example | also.example none REASON, own.example none REASON | also where none of them decides
                                      | <u@other.example>     | From: a@asks.example & To: R <Reports@own.example>, x@y.example | asks.example none OWN_REPORTS                 | for our report address
                                      | <u@other.example>     | From: a@asks.example & To: xreports@own.example          | asks.example none REASON                            | for another
        IgnoreMailTo l@x.example      | <u@other.example>     | From: a@asks.example & To: l@x.example                   | asks.example none OWN_REPORTS                       | for an address of IgnoreMailTo
                                      | <reports@own.example> | From: reports@own.example & AR: mx.example.net; spf=pass smtp.mailfrom=own.example | own.example none OWN_REPORTS | a report of ours
                                      | <reports@own.example> | From: reports@own.example & AR: mx.example.net; spf=fail smtp.mailfrom=own.example | own.example none REASON | forged
        """)
    void recordsWhatSomebodyAsksFor(String options, String sender, String fields, String expected, String why)
            throws IOException {
        MailSystem system = system(options == null ? "" : options, "state");
        ReportRecorder recorder = new ReportRecorder();
        recorder.follow(assembled(system));
        accept(recorder, system, sender, fields);
        recorder.flushAndClose(LONG);
        List<RowFacts> rows = rows("state");
        assertEquals(
                expected == null ? "" : expected,
                rows.stream()
                        .map(row -> row.headerFrom() + " "
                                + row.disposition().name().toLowerCase(Locale.ROOT) + " " + row.weight())
                        .collect(Collectors.joining(", ")),
                why);
        assertEquals(rows.size(), recorder.written());
        assertEquals(0, recorder.waiting() + recorder.dropped() + recorder.failing());
    }

    @Test
    void recordsNothingUnlessItIsAskedTo() throws IOException {
        MailSystem system = MailSystem.with("ReportStateDirectory " + directory.resolve("state"))
                .txt("_dmarc.asks.example", "v=DMARC1; p=reject; rua=mailto:a@asks.example");
        ReportRecorder recorder = new ReportRecorder();
        recorder.follow(assembled(system));
        accept(recorder, system, "<>", "From: a@asks.example");
        recorder.flushAndClose(LONG);
        assertTrue(Files.notExists(directory.resolve("state")));
    }

    @Test
    void followsTheNewestConfiguration() throws IOException {
        MailSystem one = system("", "one");
        MailSystem two = system("", "two");
        ReportRecorder recorder = new ReportRecorder();
        recorder.follow(assembled(one));
        accept(recorder, one, "<>", "From: a@asks.example");
        recorder.reload(assembled(one));
        accept(recorder, one, "<>", "From: a@also.example");
        recorder.reload(assembled(two));
        accept(recorder, two, "<>", "From: a@own.example");
        recorder.reload(assembled(MailSystem.with("")));
        accept(recorder, two, "<>", "From: a@own.example");
        assertEquals(3, recorder.written());
        recorder.flushAndClose(LONG);
        assertEquals(
                List.of("asks.example", "also.example"),
                rows("one").stream().map(RowFacts::headerFrom).toList());
        assertEquals(
                List.of("own.example"),
                rows("two").stream().map(RowFacts::headerFrom).toList());
    }

    @Test
    void twoDaemonsDoNotShareAJournal() throws IOException {
        MailSystem system = system("", "state");
        ReportRecorder first = new ReportRecorder();
        first.follow(assembled(system));
        ReportRecorder second = new ReportRecorder();
        assertThrows(JournalInUseException.class, () -> second.follow(assembled(system)));
        MailSystem other = system("", "other");
        second.follow(assembled(other));
        second.reload(assembled(system));
        accept(second, other, "<>", "From: a@asks.example");
        second.flushAndClose(LONG);
        first.flushAndClose(LONG);
        assertEquals(1, rows("other").size(), "it goes on where it was");
        assertEquals(0, rows("state").size());
    }
}
