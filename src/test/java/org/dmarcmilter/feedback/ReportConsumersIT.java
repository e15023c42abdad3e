package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.endtoend.PeerProcess;
import org.dmarcmilter.endtoend.PeerProgram;
import org.dmarcmilter.feedback.AggregateXml.Written;
import org.dmarcmilter.testing.PrivateMariaDb;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that others wrote to read reports read ours, and see each address with its number of messages. */
class ReportConsumersIT {
    private static final int ROWS = 500;
    private static final Path SCHEMAS =
            Path.of("src/main/resources/org/dmarcmilter/feedback").toAbsolutePath();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @BeforeAll
    static void onlyDebianHasThem() {
        assumeTrue(Files.exists(Path.of("/etc/debian_version")), "only Debian has these consumers as packages");
    }

    /** A report with hostile texts of our own peers' kind, and its rows. */
    private static AggregateReport report(Format format) {
        return new RandomReports(format.ordinal(), true).report(format);
    }

    private static List<ReportRow> rows(Format format) {
        return new RandomReports(format.ordinal(), true).rows(ROWS);
    }

    /** Under the name that a consumer expects. */
    private Path file(Format format) throws IOException {
        AggregateReport report = report(format);
        return Files.write(
                directory.resolve(ReportFileName.of(report).text()), SampleReports.file(report, rows(format)));
    }

    private Path mail(Format format) throws IOException {
        AggregateReport report = report(format);
        ReportMail mail = new ReportMail(
                report,
                new Written(ROWS, 1),
                "DMARC reports of Société",
                "dmarc@rep.example",
                "rua@owner.example",
                1,
                Instant.parse("2026-11-28T01:10:00Z"),
                "dmarc-0123456789abcdef0123456789abcdef");
        Path file = directory.resolve(format + ".eml");
        try (OutputStream out = Files.newOutputStream(file)) {
            mail.write(new ByteArrayInputStream(SampleReports.file(report, rows(format))), out);
        }
        return file;
    }

    private static Map<String, Long> counts(Format format) {
        return rows(format).stream()
                .collect(Collectors.toMap(row -> row.client().text(), ReportRow::count, Long::sum, TreeMap::new));
    }

    private String run(String program, String... arguments) {
        return PeerProcess.run(
                directory.resolve("output"),
                Stream.concat(Stream.of(PeerProgram.locate(program).toString()), Stream.of(arguments))
                        .toList());
    }

    /** Lines of a table: the captured address and number. */
    private static Map<String, Long> table(String output, Pattern line, int address, int number) {
        Map<String, Long> counts = new TreeMap<>();
        Matcher rows = line.matcher(output);
        while (rows.find()) {
            counts.merge(IpAddress.of(rows.group(address)).text(), Long.parseLong(rows.group(number)), Long::sum);
        }
        return counts;
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void xmllint(Format format) throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            RandomReports random = new RandomReports(seed, seed % 2 == 0);
            Path xml = Files.writeString(
                    directory.resolve(seed + ".xml"), SampleReports.xml(random.report(format), random.rows(20)));
            String schema = SCHEMAS.resolve(format == Format.RFC7489 ? "rfc7489.xsd" : "rfc9990.xsd")
                    .toString();
            String output = run("xmllint", "--noout", "--nonet", "--schema", schema, xml.toString());
            assertEquals(xml + " validates", output.strip());
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void dmarcCat(Format format) throws IOException {
        // It asks the DNS for names unless told not to, and with more than one job it mixes up the rows.
        String output = run("dmarc-cat", "-N", "-j", "1", file(format).toString());
        assertTrue(output.contains("Reports(" + ROWS + "):"), output);
        assertTrue(output.contains("Domain: " + report(format).policy().domain()), output);
        assertEquals(counts(format), table(output, Pattern.compile("(?m)^([0-9a-f:.]+) +([0-9]+) +[a-z]+\\."), 1, 2));
    }

    /** The one of Debian reads no namespace, so none of RFC 9990. */
    @Test
    void mailDmarc() throws IOException {
        Files.writeString(directory.resolve("mail-dmarc.ini"), """
                [organization]
                domain = owner.example
                org_name = Owner
                email = postmaster@owner.example
                [report_store]
                backend = SQL
                dsn = dbi:SQLite:dbname=%s/reports.sqlite
                user =
                pass =
                [dmarc]
                backend = perl
                [dns]
                timeout = 1
                public_suffix_list = /usr/share/publicsuffix/public_suffix_list.dat
                [smtp]
                hostname = mx.owner.example
                """.formatted(directory));
        String received = run("dmarc_receive", "--file", mail(Format.RFC7489).toString());
        assertTrue(
                received.contains(
                        "report-id: <" + report(Format.RFC7489).identity().reportId() + ">"),
                received);
        String seen = run("dmarc_view_reports");
        assertTrue(seen.contains("Société"), seen);
        assertEquals(
                counts(Format.RFC7489),
                table(seen, Pattern.compile("(?m)^  \\| -- +([0-9]+) +[a-z.]+ +([0-9a-f:.]+) "), 2, 1));
    }

    @Test
    void dmarctsReportParser() throws IOException, InterruptedException {
        Path databaseDirectory = Files.createTempDirectory("dmarc-milter-test");
        try (PrivateMariaDb database = PrivateMariaDb.start(databaseDirectory)) {
            database.sql(
                    "CREATE USER dmarc@localhost IDENTIFIED BY 'test'; CREATE USER dmarc@'127.0.0.1' IDENTIFIED BY 'test';"
                            + "GRANT ALL ON opendmarc.* TO dmarc@localhost; GRANT ALL ON opendmarc.* TO dmarc@'127.0.0.1';");
            Files.writeString(directory.resolve("dmarcts-report-parser.conf"), """
                    $debug = 0;
                    $delete_reports = 0;
                    $dbname = 'opendmarc';
                    $dbuser = 'dmarc';
                    $dbpass = 'test';
                    $dbhost = '127.0.0.1';
                    $dbport = '%d';
                    $imapreadfolder = '';
                    $maxsize_xml = 50000;
                    1;
                    """.formatted(database.port()));
            for (Format format : Format.values()) {
                run("dmarcts-report-parser", "-e", mail(format).toString());
                String id = report(format).identity().reportId();
                Map<String, Long> stored = database
                        .sql("SELECT COALESCE(INET_NTOA(r.ip), INET6_NTOA(r.ip6)), r.rcount FROM rptrecord r"
                                + " JOIN report p ON p.serial = r.serial WHERE p.reportid = '" + id + "'")
                        .stream()
                        .map(row -> row.split("\t"))
                        .collect(Collectors.toMap(
                                row -> IpAddress.of(row[0]).text(),
                                row -> Long.parseLong(row[1]),
                                Long::sum,
                                TreeMap::new));
                assertEquals(counts(format), stored, format.name());
            }
            String twice =
                    run("dmarcts-report-parser", "-e", mail(Format.RFC7489).toString());
            assertEquals(
                    List.of("2"), database.sql("SELECT COUNT(*) FROM report"), () -> "the same mail again: " + twice);
        } finally {
            try (Stream<Path> files = Files.walk(databaseDirectory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
