package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.feedback.AggregateXml.Written;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReportMailTest {
    private static final Instant DATE = Instant.parse("2026-11-28T01:10:00Z");
    private static final String BOUNDARY = "dmarc-0123456789abcdef0123456789abcdef";

    /** A name of that many octets. */
    private static String name(int length) {
        String labels = ("a".repeat(59) + ".").repeat(4).substring(0, Math.min(length - 4, 240));
        String rest = "b".repeat(length - 4 - labels.length());
        return (labels + rest).replaceAll("\\.$", "c") + ".tld";
    }

    private static AggregateReport report(String domain, String submitter) {
        ReportIdentity sample = SampleReports.identity(Format.RFC7489);
        PublishedPolicy policy = SampleReports.policy();
        return new AggregateReport(
                new ReportIdentity(
                        sample.reportId(),
                        sample.begin(),
                        sample.end(),
                        sample.organization(),
                        sample.contact(),
                        sample.extraContact(),
                        submitter,
                        sample.generator(),
                        sample.format()),
                new PublishedPolicy(
                        DomainName.of(domain),
                        policy.standard(),
                        policy.method(),
                        policy.p(),
                        policy.sp(),
                        policy.np(),
                        policy.adkim(),
                        policy.aspf(),
                        policy.pct(),
                        policy.fo(),
                        policy.testing(),
                        policy.psd(),
                        policy.every()),
                List.of());
    }

    private static ReportMail mail(String domain, String submitter, String fromName, String to) {
        return new ReportMail(
                report(domain, submitter), new Written(2, 1_003), fromName, "dmarc@rep.example", to, 1, DATE, BOUNDARY);
    }

    private static String text(ReportMail mail, byte[] file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            mail.write(new ByteArrayInputStream(file), out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    /** Every octet; the expected mail has line feeds alone, so that it can be read here. */
    @Test
    void writes() throws IOException {
        ReportMail mail =
                mail("example.com", "mx.rep.example", "DMARC reports of Société", "dmarc-reports@example.com");
        assertEquals(
                Files.readString(Path.of("src/test/resources/feedback/report.eml"))
                        .replace("\n", "\r\n"),
                text(
                        mail,
                        "the file, longer than a line of base64 would be if it were a file"
                                .getBytes(StandardCharsets.US_ASCII)));
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
            example.com | mx.rep.example | Subject: Report Domain: example.com Submitter: mx.rep.example~ Report-ID: <2026112700k3f9qv7m2x4tya5c> | as in the RFCs
            a.b         | c.d            | Subject: Report Domain: a.b Submitter: c.d~ Report-ID: <2026112700k3f9qv7m2x4tya5c>             | 81 characters in one line
            example.com | [40]           | Subject: Report Domain: example.com~ Submitter: [40]~ Report-ID: <2026112700k3f9qv7m2x4tya5c>  | a long submitter
            example.com | [31]           | Subject: Report Domain: example.com Submitter: [31]~ Report-ID: <2026112700k3f9qv7m2x4tya5c>   | 78 characters
            example.com | [32]           | Subject: Report Domain: example.com~ Submitter: [32]~ Report-ID: <2026112700k3f9qv7m2x4tya5c>   | 79 characters
            [60]        | mx.a           | Subject: Report Domain: [60]~ Submitter: mx.a Report-ID: <2026112700k3f9qv7m2x4tya5c>          | a long domain
            [253]       | [253]          | Subject: Report Domain: [253]~ Submitter: [253]~ Report-ID: <2026112700k3f9qv7m2x4tya5c>        | the longest names
            """)
    void subject(String domain, String submitter, String expected, String why) {
        ReportMail mail = mail(expanded(domain), expanded(submitter), "x", "a@b.example");
        String header = text(mail, new byte[0]);
        String field = header.substring(header.indexOf("\r\nSubject: ") + 2, header.indexOf("\r\nDate: "));
        assertEquals(expanded(expected).replace("~", "\r\n"), field, why);
        assertEquals("Subject: " + mail.subject(), field.replace("\r\n", ""), "unfolded");
    }

    /** {@code [N]} stands for a name of N octets. */
    private static String expanded(String text) {
        return java.util.regex.Pattern.compile("\\[(\\d+)]")
                .matcher(text)
                .replaceAll(match -> name(Integer.parseInt(match.group(1))));
    }

    @ParameterizedTest(name = "domain {0}, submitter {1}")
    @CsvSource({"11, 14", "253, 253", "4, 253", "253, 5"})
    void everyMailIsOneForTheWire(int domain, int submitter) {
        String domainName = domain == 4 ? "a.bc" : name(domain);
        String submitterName = submitter == 5 ? "a.bcd" : name(submitter);
        assertEquals(domain, domainName.length());
        byte[] file = new byte[100_000];
        new Random(1).nextBytes(file);
        ReportMail mail = mail(domainName, submitterName, "é".repeat(300), "l".repeat(64) + "@" + name(253));
        String text = text(mail, file);
        assertTrue(text.endsWith("\r\n"));
        String[] lines = text.split("\r\n");
        for (String line : lines) {
            assertTrue(line.length() <= 998, line);
            assertTrue(line.chars().allMatch(c -> c >= ' ' && c <= '~'), line);
        }
        String attached = text.substring(
                text.lastIndexOf("base64\r\n\r\n") + "base64\r\n\r\n".length(), text.lastIndexOf("--" + BOUNDARY));
        assertTrue(attached.lines().allMatch(line -> line.length() <= 76));
        assertArrayEquals(file, Base64.getMimeDecoder().decode(attached));
        assertEquals(3, text.split("\r\n--" + BOUNDARY, -1).length - 1);
    }

    /** A piece that ends with the file, or with a line, or with neither. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 56, 57, 58, 57 * 128 - 1, 57 * 128, 57 * 128 + 1, 2 * 57 * 128})
    void filesOfAnyLength(int length) {
        byte[] file = new byte[length];
        new Random(length).nextBytes(file);
        String text = text(mail("example.com", "mx.rep.example", "x", "a@b.example"), file);
        String attached = text.substring(text.lastIndexOf("base64\r\n\r\n") + 10, text.lastIndexOf("--" + BOUNDARY));
        String encoded = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'}).encodeToString(file);
        assertEquals(encoded.isEmpty() ? "" : encoded + "\r\n", attached);
    }

    @ParameterizedTest(name = "destination {0}: <{1}>")
    @CsvSource({"1, 2026112700k3f9qv7m2x4tya5c.1@mx.rep.example", "10, 2026112700k3f9qv7m2x4tya5c.10@mx.rep.example"})
    void messageId(int number, String expected) {
        ReportMail mail = new ReportMail(
                report("example.com", "mx.rep.example"),
                new Written(1, 1),
                "x",
                "a@b.example",
                "c@d.example",
                number,
                DATE,
                BOUNDARY);
        assertEquals(expected, mail.messageId());
        assertTrue(text(mail, new byte[0]).contains("\r\nMessage-ID: <" + expected + ">\r\n"));
    }

    /** The name is what the check of a file expects. */
    @Test
    void fileName() {
        ReportMail mail = mail("example.com", "mx.rep.example", "x", "a@b.example");
        assertEquals(
                "mx.rep.example!example.com!1795737600!1795823999!2026112700k3f9qv7m2x4tya5c.xml.gz", mail.fileName());
        assertEquals(
                mail.fileName(),
                ReportFileName.parse(mail.fileName()).orElseThrow().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "a b-", "a\r\nb-", "\"-"})
    void refusesABoundaryThatMayStandInAPart(String boundary) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new ReportMail(
                        report("example.com", "mx.rep.example"),
                        new Written(1, 1),
                        "x",
                        "a@b.example",
                        "c@d.example",
                        1,
                        DATE,
                        boundary));
    }
}
