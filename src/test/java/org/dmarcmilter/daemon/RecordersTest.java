package org.dmarcmilter.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.report.FailureReportSettings;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one judged message leaves behind: a count, a history record, a failure report. */
class RecordersTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String FAILS =
            "From: a@asks.example & AR: mx.example.net; spf=fail smtp.mailfrom=other.example";

    @TempDir
    private Path directory;

    private static MailSystem system(String options) {
        return MailSystem.with(options)
                .txt("_dmarc.asks.example", "v=DMARC1; p=reject; ruf=mailto:f@asks.example")
                .txt("_dmarc.mild.example", "v=DMARC1; p=none; ruf=mailto:f@mild.example");
    }

    private static JudgedMessage judged(MailSystem system, String queueId, String fields) {
        return system.judged(new TestMessage()
                .queueId(queueId)
                .sender("<user@other.example>")
                .fields(fields));
    }

    /** Reports go to files of that name. */
    private Assembly.Assembled assembled(MailSystem system, boolean reports, String reportFile) {
        return new Assembly.Assembled(
                system.rules(),
                new SuffixListDiscovery(PublicSuffixList.bundled()),
                new FailureReportSettings(
                        reports,
                        false,
                        Optional.empty(),
                        Optional.of("reports@mx.example.net"),
                        "cat >>'" + directory.resolve(reportFile) + "'",
                        NoReportsList.NONE),
                new RecordingRules(ReportScope.ALL, 86_400),
                PublicSuffixList.bundled());
    }

    private Recorders recorders(MailSystem system, boolean reports) {
        return new Recorders(
                Optional.empty(), assembled(system, reports, "reports"), new ReportRecorder(), Optional.empty());
    }

    private String text(String file) throws IOException {
        Path path = directory.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    @ParameterizedTest(name = "{2}: {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # options             | fields                                                                        | counted            | why
                              | From: a@asks.example & AR: mx.example.net; dkim=pass header.d=asks.example    | pass accept        | aligned
                              | From: a@asks.example                                                          | fail accept        | RejectFailures is off
        RejectFailures true   | From: a@asks.example                                                          | fail reject        | refused
        HoldQuarantinedMessages true | From: a@quarantine.example                                             | fail quarantine    | held
                              | From: a@nothing.example                                                       | none accept        | no policy
        OnTemporaryError tempfail | From: a@broken.example                                                    | temperror tempfail | the DNS is silent
                              | From: a@bad.example                                                           | permerror accept   | an unusable record
                              | Subject: x                                                                    | unevaluated accept | no author
        RequiredHeaders true  | Subject: x                                                                    | unevaluated reject | refused before anything is looked up
        """)
    void countsEachMessageByResultAndAction(String options, String fields, String expected, String why) {
        MailSystem system = system(options == null ? "" : options);
        Recorders recorders = recorders(system, false);
        recorders.accept(judged(system, "Q1", fields));
        recorders.flushAndClose(LONG);
        List<String> counted = new ArrayList<>();
        recorders.messages().messages((number, words) -> {
            if (number > 0) {
                counted.add(number + " " + String.join(" ", words));
            }
        });
        assertEquals(List.of("1 " + expected), counted, why);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # options                                | fields                                   | in history and reports | why
        HistoryFile H                            | From: a@asks.example                     | history, report        | a failure
        HistoryFile H                            | From: a@asks.example & AR: mx.example.net; dkim=pass header.d=asks.example | history | a pass
        HistoryFile H                            | From: a@nothing.example                  | neither                | no policy
        HistoryFile H;RecordAllMessages true     | From: a@nothing.example                  | history                | all messages are wanted
        HistoryFile H;IgnoreMailTo to@x.example  | From: a@asks.example & To: to@x.example  | report                 | the option is about history only
                                                 | From: a@asks.example                     | report                 | reports do not depend on history
        FailureReports false;HistoryFile H       | From: a@asks.example                     | history                | nor history on reports
        HistoryFile H                            | From: a@mild.example                     | history                | OnNone is off
        HistoryFile H                            | Subject: x                               | neither                | nothing was evaluated
        HistoryFile H                            | From: a@bad.example                      | neither                | an unusable record
        """)
    void writesDownWhatIsAskedFor(String options, String fields, String expected, String why) throws IOException {
        String all = (options == null ? "" : options).replace(" H", " " + directory.resolve("history"));
        boolean reports = !all.contains("FailureReports false");
        MailSystem system = system(reports ? "FailureReports true;" + all : all);
        Recorders recorders = recorders(system, reports);
        recorders.accept(judged(system, "Q1", fields));
        recorders.flushAndClose(LONG);
        boolean inHistory = text("history").contains("job Q1\n");
        boolean reported = text("reports").contains("Original-Envelope-Id: Q1");
        String seen = (inHistory ? "history" : "") + (inHistory && reported ? ", " : "") + (reported ? "report" : "");
        assertEquals(expected, seen.isEmpty() ? "neither" : seen, why);
        assertEquals(inHistory ? 1 : 0, recorders.written());
        assertEquals(reported ? 1 : 0, recorders.reporter().sent());
        assertEquals(0, recorders.waiting() + recorders.dropped());
    }

    @ParameterizedTest(name = "{0}: {1} of the keys that the importer of 1.4.2 does not know")
    @CsvSource({"'', 0", "HistoryExtraKeys true, 2"})
    void writesTheKeysThatAreAskedFor(String option, int expected) throws IOException {
        MailSystem system = system("HistoryFile " + directory.resolve("history") + ";" + option);
        Recorders recorders = recorders(system, false);
        recorders.accept(judged(system, "Q1", FAILS));
        recorders.flushAndClose(LONG);
        assertEquals(
                expected,
                text("history")
                        .lines()
                        .filter(line -> line.matches("(spf_scope|fo) .*"))
                        .count());
    }

    /** A connection that began before a reload finishes with the configuration that it began with. */
    @Test
    void eachMessageGoesToTheFileOfItsOwnConfiguration() throws IOException {
        MailSystem before = system("HistoryFile " + directory.resolve("before"));
        MailSystem after = system("HistoryFile " + directory.resolve("after"));
        Recorders recorders = recorders(before, false);
        recorders.accept(judged(before, "Q1", FAILS));
        recorders.reload(assembled(after, false, "reports"));
        recorders.accept(judged(after, "Q2", FAILS));
        recorders.accept(judged(before, "Q3", FAILS));
        recorders.flushAndClose(LONG);
        assertEquals(
                List.of("job Q1", "job Q3"),
                text("before").lines().filter(line -> line.startsWith("job")).toList());
        assertEquals(
                List.of("job Q2"),
                text("after").lines().filter(line -> line.startsWith("job")).toList());
        assertEquals(3, recorders.written(), "the sum over all files");
    }

    @Test
    void reportsFollowTheNewestConfiguration() throws IOException {
        MailSystem system = system("FailureReports true");
        Recorders recorders = recorders(system, true);
        recorders.reload(assembled(system, true, "others"));
        recorders.accept(judged(system, "Q1", FAILS));
        recorders.flushAndClose(LONG);
        assertEquals("", text("reports"));
        assertTrue(text("others").contains("To: f@asks.example"), text("others"));
        assertFalse(Files.exists(directory.resolve("history")));
    }

    @Test
    void aNewHistoryFileHasTheModeOfUMask() throws IOException {
        Path file = directory.resolve("history");
        MailSystem system = system("HistoryFile " + file);
        Recorders recorders = new Recorders(
                Optional.of(027), assembled(system, false, "reports"), new ReportRecorder(), Optional.empty());
        recorders.accept(judged(system, "Q1", FAILS));
        recorders.flushAndClose(LONG);
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void aHistoryThatCannotBeWrittenIsAProblemBeforeAndAfterTheFirstMessage() throws IOException {
        Path file = directory.resolve("missing/history");
        MailSystem system = system("HistoryFile " + file);
        Settings.History settings = system.rules().settings().history();
        Recorders recorders = recorders(system, false);
        Optional<String> problem = Optional.of("HistoryFile " + file + " cannot be written");
        assertEquals(problem, recorders.historyProblem(settings));
        recorders.accept(judged(system, "Q1", FAILS));
        await().untilAsserted(() -> assertEquals(1, recorders.failing()));
        assertEquals(problem, recorders.historyProblem(settings));
        Files.createDirectory(file.getParent());
        await().untilAsserted(() -> assertEquals(Optional.empty(), recorders.historyProblem(settings)));
        recorders.flushAndClose(LONG);
        assertEquals(
                Optional.empty(),
                recorders.historyProblem(system("").rules().settings().history()),
                "none is asked for");
    }
}
