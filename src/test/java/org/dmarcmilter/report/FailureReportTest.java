package org.dmarcmilter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.history.Evaluation.Action;
import org.dmarcmilter.history.Evaluation.Dkim;
import org.dmarcmilter.message.HeaderField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureReportTest {
    private static final String BOUNDARY = "dmarc-0123456789abcdef0123456789abcdef";

    private static FailureReport report(FailureNotice notice, String... to) {
        return new FailureReport(
                "OpenDMARC Filter <opendmarc@mx.test.example>",
                to.length == 0 ? List.of("f@example.com") : List.of(to),
                Optional.empty(),
                Instant.parse("2026-11-24T04:06:47Z"),
                "dmarc-milter/1.0.0",
                BOUNDARY,
                notice,
                Optional.empty());
    }

    @Test
    void hasOpenDmarcsLayoutToTheLetter() {
        FailureReport plain = report(new Notices().notice(), "f@example.com", "g@example.org");
        FailureReport report = new FailureReport(
                plain.from(),
                plain.to(),
                Optional.of("bcc@local.example"),
                plain.date(),
                plain.userAgent(),
                plain.boundary(),
                plain.notice(),
                Optional.of(new Dkim("news.example.com", "sel1", "fail")));
        String expected = """
                From: OpenDMARC Filter <opendmarc@mx.test.example>
                To: f@example.com, g@example.org
                Bcc: bcc@local.example
                Date: Tue, 24 Nov 2026 04:06:47 +0000 (UTC)
                Subject: DMARC failure report for example.com received from client.example.org
                MIME-Version: 1.0
                Auto-Submitted: auto-generated
                Content-Type: multipart/report;
                \treport-type=feedback-report;
                \tboundary="dmarc-0123456789abcdef0123456789abcdef"

                --dmarc-0123456789abcdef0123456789abcdef
                Content-Description: Notification
                Content-Type: text/plain

                This is an authentication failure report for an email message received from
                client.example.org [192.0.2.10] on Tue, 24 Nov 2026 04:06:46 +0000 (UTC).

                --dmarc-0123456789abcdef0123456789abcdef
                Content-Description: DMARC failure report
                Content-Type: message/feedback-report

                Feedback-Type: auth-failure
                Version: 1
                User-Agent: dmarc-milter/1.0.0
                Auth-Failure: dmarc
                Authentication-Results: mx.test.example; dmarc=fail header.from=example.com
                Original-Envelope-Id: QID123
                Original-Mail-From: user@example.org
                Arrival-Date: Tue, 24 Nov 2026 04:06:46 +0000 (UTC)
                Delivery-Result: delivered
                Source-IP: 192.0.2.10 (client.example.org)
                Reported-Domain: example.com
                Identity-Alignment: dkim, spf
                DKIM-Domain: news.example.com
                DKIM-Selector: sel1

                --dmarc-0123456789abcdef0123456789abcdef
                Content-Description: Failed message headers
                Content-Type: text/rfc822-headers

                From: Joe <joe@example.com>
                Subject: Hello
                \tagain

                --dmarc-0123456789abcdef0123456789abcdef--
                """;
        assertEquals(expected, report.text());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
        REJECT,     reject
        QUARANTINE, policy
        TEMPFAIL,   other
        ACCEPT,     delivered
        """)
    void saysWhatWasDone(Action action, String word) {
        Notices message = new Notices();
        message.action = action;
        assertEquals(word, field(report(message.notice()).text(), "Delivery-Result"));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # dkim  | spf   | words
        false   | false | dkim, spf
        false   | true  | dkim
        true    | false | spf
        true    | true  | none
        """)
    void saysWhichMechanismDidNotAlign(boolean dkim, boolean spf, String words) {
        Notices message = new Notices();
        message.status = Status.PASS;
        message.dkimAligned = dkim;
        message.spfAligned = spf;
        String text = report(message.notice()).text();
        assertEquals(words, field(text, "Identity-Alignment"));
        assertTrue(field(text, "Authentication-Results").contains("dmarc=pass"));
    }

    @Test
    void doesWithoutClientName() {
        Notices message = new Notices();
        message.clientName = "";
        message.envelopeSender = "";
        String text = report(message.notice()).text();
        assertEquals("DMARC failure report for example.com received from 192.0.2.10", field(text, "Subject"));
        assertTrue(text.contains("received from\n[192.0.2.10] on Tue"));
        assertEquals("192.0.2.10", field(text, "Source-IP"));
        assertTrue(text.contains("\nOriginal-Mail-From: \n"), "a bounce");
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # where      | value                          | in the report                  | why
        client       | evil%nBcc: victim@b.example    | evil?Bcc:?victim@b.example     | no header of the sender's choice
        client       | a) (b\\                        | a???b?                         | no end of the comment
        sender       | a%n%nfoo@b.example             | a??foo@b.example               | no end of the part
        sender       | b\u00fcro@b.example            | b?ro@b.example                 | 8-bit
        job          | Q%n--%b                        | Q?--%b                         | no part of the sender's choice
        signature    | d.example%nX: y                | d.example?X:?y                 | from a signature
        """)
    void neutralisesForeignText(String where, String value, String expected, String why) {
        String hostile = value.replace("%n", "\n").replace("%b", BOUNDARY);
        Notices message = new Notices();
        Optional<Dkim> signature = Optional.empty();
        String name;
        switch (where) {
            case "client" -> {
                message.clientName = hostile;
                name = "Source-IP";
            }
            case "sender" -> {
                message.envelopeSender = hostile;
                name = "Original-Mail-From";
            }
            case "job" -> {
                message.jobId = hostile;
                name = "Original-Envelope-Id";
            }
            default -> {
                signature = Optional.of(new Dkim(hostile, "", "fail"));
                name = "DKIM-Domain";
            }
        }
        FailureReport plain = report(message.notice());
        String text = new FailureReport(
                        plain.from(),
                        plain.to(),
                        plain.bcc(),
                        plain.date(),
                        plain.userAgent(),
                        plain.boundary(),
                        plain.notice(),
                        signature)
                .text();
        String wanted = expected.replace("%b", BOUNDARY);
        assertEquals(where.equals("client") ? "192.0.2.10 (" + wanted + ")" : wanted, field(text, name), why);
        assertEquals(4, boundaries(text), why);
    }

    @Test
    void foldsManyRecipients() {
        String[] many = IntStream.range(0, 10)
                .mapToObj(i -> "x".repeat(64) + "@" + "y".repeat(60) + "." + "z".repeat(60) + i + ".example")
                .toArray(String[]::new);
        String text = report(new Notices().notice(), many).text();
        assertTrue(text.lines().allMatch(line -> line.length() <= 998));
        String to = text.substring(text.indexOf("To: "), text.indexOf("\nDate: "));
        assertEquals(String.join(", ", many), to.substring(4).replace(",\n\t", ", "));
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # name      | value               | quoted                      | why
        Subject     | a%n b               | Subject: a%n b              | a fold stays as it came
        Subject     | a%r%n%tb            | Subject: a%n%tb             | CRLF becomes LF
        Subject     | a%n%n.%nb           | Subject: a%n%t%n%t.%n%tb    | no line can end the section or the mail
        Subject     | %thello             | Subject:%thello             | white space after the colon is kept
        X y:z       | v                   | X?y?z: v                    | a name is a name
        ''          | v                   | ?: v                        | even the empty one
        """)
    void quotesPlainHeaders(String name, String value, String quoted, String why) {
        QuotedHeaders headers = QuotedHeaders.of(List.of(new HeaderField(name, plain(value))));
        assertEquals(plain(quoted) + "\n", headers.text(), why);
        assertEquals("", headers.transferEncoding(), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # value          | encoded                   | why
        b\u00fccher      | Subject: b=FCcher         | octets of any character set
        a=\u00e9         | Subject: a=3D=E9          | the equals sign itself
        a\u0001b         | Subject: a=01b            | control characters
        a%rb             | Subject: a=0Db            | a bare CR
        \u00e9 %n%tx     | Subject: =E9=20%n%tx      | white space at a line's end
        """)
    void encodesWhatIsNotFitForMail(String value, String encoded, String why) {
        QuotedHeaders headers = QuotedHeaders.of(List.of(new HeaderField("Subject", plain(value))));
        assertEquals(plain(encoded) + "\n", headers.text(), why);
        assertEquals("quoted-printable", headers.transferEncoding(), why);
    }

    @Test
    void encodesLongLines() {
        QuotedHeaders headers = QuotedHeaders.of(List.of(new HeaderField("X", "a".repeat(2_000))));
        assertEquals("quoted-printable", headers.transferEncoding());
        assertTrue(headers.text().lines().allMatch(line -> line.length() <= 76));
        assertEquals("X: " + "a".repeat(2_000) + "\n", headers.text().replace("=\n", ""));
    }

    @Test
    void makesNoLineThatEndsTheMail() {
        // The lone dot, and then the hyphens, stand where the first encoded line is full.
        for (String end : List.of(".", "--" + BOUNDARY)) {
            QuotedHeaders headers = QuotedHeaders.of(List.of(new HeaderField("X", "\u00e9" + "a".repeat(69) + end)));
            List<String> lines = headers.text().lines().toList();
            assertEquals("X: =E9" + "a".repeat(69) + "=", lines.get(0));
            assertEquals(end.equals(".") ? "=2E" : "=2D-" + BOUNDARY, lines.get(1));
        }
    }

    @Test
    void boundsTheHeaders() {
        List<HeaderField> many = IntStream.range(0, 10_000)
                .mapToObj(i -> new HeaderField("X-" + i, "x".repeat(90)))
                .collect(Collectors.toList());
        Notices message = new Notices();
        message.headers = many;
        String text = report(message.notice()).text();
        assertTrue(text.length() < QuotedHeaders.MAX_OCTETS + 4_000);
        assertTrue(text.contains("Its header section is long; only the beginning is included.\n"));
        assertTrue(text.contains("\nX-600: "), "the beginning is there");
        message.headers = List.of(new HeaderField("X", "\n".repeat(1_000_000)));
        assertFalse(QuotedHeaders.of(message.headers).complete());
    }

    private static String plain(String text) {
        return text.replace("%n", "\n").replace("%r", "\r").replace("%t", "\t");
    }

    private static String field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst()
                .orElseThrow();
    }

    private static long boundaries(String text) {
        return text.lines().filter(line -> line.startsWith("--" + BOUNDARY)).count();
    }
}
