package org.dmarcmilter.report;

import static org.dmarcmilter.testing.TestEvaluation.dkim;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfResult.Consulted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureReportTest {
    private static final String BOUNDARY = "dmarc-0123456789abcdef0123456789abcdef";

    private static FailureReport report(FailureNotice notice, String... to) {
        return report(notice, Optional.empty(), to);
    }

    private static FailureReport report(FailureNotice notice, Optional<DkimSeen> failedSignature, String... to) {
        return new FailureReport(
                "OpenDMARC Filter <opendmarc@mx.test.example>",
                to.length == 0 ? List.of("f@example.com") : List.of(to),
                Optional.empty(),
                Instant.parse("2026-11-24T04:06:47Z"),
                "dmarc-milter/1.0.0",
                BOUNDARY,
                notice,
                failedSignature);
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
                Optional.of(dkim("news.example.com", "sel1", "fail")));
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
                Reporting-MTA: dns; mx.test.example
                Source-IP: 192.0.2.10 (client.example.org)
                Source-Port: 40000
                Reported-Domain: example.com
                Identity-Alignment: dkim, spf
                DKIM-Domain: news.example.com
                DKIM-Identity: @news.example.com
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
    void saysWhatWasDone(Applied applied, String word) {
        Notices message = new Notices();
        message.applied = applied;
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

    /** A message whose signature by the author's organization and whose SPF check failed: as much is known as can be. */
    private static String fullFeedback() {
        Notices message = new Notices();
        message.spf = "fail";
        message.spfRecords = List.of(
                new Consulted("example.org", "v=spf1 include:i.example -all"), new Consulted("i.example", "v=spf1"));
        String text = report(
                        message.notice(), Optional.of(dkim("news.example.com", "sel1", "fail", "joe@news.example.com")))
                .text();
        int start = text.indexOf("Feedback-Type: ");
        return text.substring(start, text.indexOf("\n\n", start) + 1);
    }

    /** Every field that IANA has registered for feedback reports of this type, at most once in a report unless it says so. */
    @ParameterizedTest(name = "{0} ({1}, {2}): {4}")
    @CsvSource(delimiter = '|', nullValues = "absent", textBlock = """
        # field                   | RFC  | level                          | value                                | why
        Feedback-Type             | 5965 | required                       | auth-failure                         | RFC 6591, section 3.1
        Version                   | 5965 | required                       | 1                                    | the only one
        User-Agent                | 5965 | required                       | dmarc-milter/1.0.0                   | name and version
        Auth-Failure              | 6591 | required                       | dmarc                                | RFC 9991, section 4
        Identity-Alignment        | 9991 | required                       | dkim, spf                            | what did not align
        Reported-Domain           | 5965 | required by 6591               | example.com                          | the author domain
        Authentication-Results    | 5965 | required by 6591               | mx.test.example; dmarc=fail header.from=example.com | the result of one method
        Original-Envelope-Id      | 5965 | optional                       | QID123                               | the queue id, as OpenDMARC writes it
        Original-Mail-From        | 5965 | optional                       | user@example.org                     | known
        Original-Rcpt-To          | 5965 | optional, may repeat           | absent                               | privacy, and the MTA is not asked for recipients
        Arrival-Date              | 5965 | optional                       | Tue, 24 Nov 2026 04:06:46 +0000 (UTC) | known
        Reporting-MTA             | 5965 | optional                       | dns; mx.test.example                 | known
        Source-IP                 | 5965 | optional                       | 192.0.2.10 (client.example.org)      | known
        Source-Port               | 6692 | optional                       | 40000                                | known
        Reported-URI              | 5965 | optional, may repeat           | absent                               | it would come from a body, which is never seen
        Incidents                 | 5965 | optional                       | absent                               | means one, and each message is reported by itself
        Delivery-Result           | 6591 | optional                       | delivered                            | known
        DKIM-Domain               | 6591 | required for a DKIM failure    | news.example.com                     | known
        DKIM-Identity             | 6591 | required for a DKIM failure    | joe@news.example.com                 | as the verifier says
        DKIM-Selector             | 6591 | required for a DKIM failure    | sel1                                 | as the verifier says
        DKIM-Selector-DNS         | 6591 | optional                       | absent                               | only the verifier saw the key
        DKIM-Canonicalized-Header | 6591 | optional                       | absent                               | only the verifier made it
        DKIM-Canonicalized-Body   | 6591 | optional                       | absent                               | the body is never seen
        DKIM-ADSP-DNS             | 6591 | for ADSP failures              | absent                               | ADSP is historic
        SPF-DNS                   | 6591 | required for an SPF failure, may repeat | txt : example.org : "v=spf1 include:i.example -all" / txt : i.example : "v=spf1" | each record that was used
        """)
    void holdsEachFieldOrHasAReason(String field, String rfc, String level, String value, String why) {
        String values = fullFeedback()
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 2))
                .collect(Collectors.joining(" / "));
        assertEquals(value == null ? "" : value, values, rfc + " " + level + ": " + why);
    }

    @Test
    void holdsNoOtherField() {
        assertEquals(
                List.of(
                        "Feedback-Type",
                        "Version",
                        "User-Agent",
                        "Auth-Failure",
                        "Authentication-Results",
                        "Original-Envelope-Id",
                        "Original-Mail-From",
                        "Arrival-Date",
                        "Delivery-Result",
                        "Reporting-MTA",
                        "Source-IP",
                        "Source-Port",
                        "Reported-Domain",
                        "Identity-Alignment",
                        "DKIM-Domain",
                        "DKIM-Identity",
                        "DKIM-Selector",
                        "SPF-DNS",
                        "SPF-DNS"),
                fullFeedback()
                        .lines()
                        .map(line -> line.substring(0, line.indexOf(':')))
                        .toList());
    }

    @ParameterizedTest(name = "{0} {2}")
    @CsvSource(delimiter = '|', nullValues = "absent", textBlock = """
        # field                 | value                | when
        DKIM-Domain             | absent               | if no signature failed
        DKIM-Identity           | absent               | if no signature failed
        DKIM-Selector           | absent               | if no signature failed
        DKIM-Selector           | absent               | if the verifier does not name it
        DKIM-Identity           | @news.example.com    | if the verifier does not name it: RFC 6376's default
        SPF-DNS                 | absent               | if SPF passed
        SPF-DNS                 | absent               | if another checker found the result
        Source-Port             | absent               | if the MTA does not know it
        Source-IP               | 192.0.2.10           | if the client has no name
        Authentication-Results  | "mx.test.example/QID123"; dmarc=fail header.from=example.com | if AuthservIDWithJobID is set
        """)
    void doesWithoutWhatIsNotKnown(String field, String value, String when) {
        Notices message = new Notices();
        message.spf = "fail";
        Optional<DkimSeen> signature = Optional.of(dkim("news.example.com", "", "fail"));
        switch (when) {
            case "if no signature failed" -> signature = Optional.empty();
            case "if SPF passed" -> {
                message.spf = "pass";
                message.spfRecords = List.of(new Consulted("example.org", "v=spf1 +all"));
            }
            case "if the MTA does not know it" -> message.clientPort = OptionalInt.empty();
            case "if the client has no name" -> message.clientName = "";
            case "if AuthservIDWithJobID is set" -> message.authservId = "mx.test.example/QID123";
            default -> {
                // The signature has neither selector nor identity, and the SPF records are not known.
            }
        }
        String text = report(message.notice(), signature).text();
        assertEquals(
                Optional.ofNullable(value),
                text.lines()
                        .filter(line -> line.startsWith(field + ": "))
                        .map(line -> line.substring(field.length() + 2))
                        .findFirst(),
                when);
    }

    @Test
    void boundsSpfRecords() {
        Notices message = new Notices();
        message.spf = "permerror";
        message.spfRecords = List.of(new Consulted("d".repeat(300), "\"".repeat(2_000)));
        String text = report(message.notice()).text();
        String record = field(text, "SPF-DNS");
        assertTrue(text.lines().allMatch(line -> line.length() <= 998));
        assertTrue(record.endsWith("\\\"\\\"\""), "no escape is cut in two");
    }

    @Test
    void doesWithoutClientName() {
        Notices message = new Notices();
        message.clientName = "";
        String text = report(message.notice()).text();
        assertEquals("DMARC failure report for example.com received from 192.0.2.10", field(text, "Subject"));
        assertTrue(text.contains("received from\n[192.0.2.10] on Tue"));
        assertEquals("192.0.2.10", field(text, "Source-IP"));
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # where      | value                          | in the report                  | why
        client       | evil%nBcc: victim@b.example    | evil?Bcc:?victim@b.example     | no header of the sender's choice
        client       | a) (b\\                        | a???b?                         | no end of the comment
        sender       | a%n%nfoo@b.example             | a??foo@b.example               | no end of the part
        sender       | b\u00fcro@b.example            | b?ro@b.example                 | 8-bit
        job          | Q%n--%b                        | Q?--%b                         | no part of the sender's choice
        identity     | a%nb@d.example (               | a?b@d.example??                | from a signature
        selector     | s%n%n--%b                      | s??--%b                        | from a signature
        SPF domain   | d"%n.example                   | txt : d??.example : "v=spf1"   | from a sender's macros
        SPF record   | v=spf1 "%n--%b%n\\             | txt : d.example : "v=spf1 \\"?--%b?\\\\" | from a sender's DNS
        authserv-id  | mx/Q%n";                       | "mx/Q???"; dmarc=fail header.from=example.com | with a job id
        """)
    void neutralisesForeignText(String where, String value, String expected, String why) {
        String hostile = value.replace("%n", "\n").replace("%b", BOUNDARY);
        Notices message = new Notices();
        Optional<DkimSeen> signature = Optional.empty();
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
                message.queueId = hostile;
                name = "Original-Envelope-Id";
            }
            case "SPF domain" -> {
                message.spfRecords = List.of(new Consulted(hostile, "v=spf1"));
                name = "SPF-DNS";
            }
            case "SPF record" -> {
                message.spfRecords = List.of(new Consulted("d.example", hostile));
                name = "SPF-DNS";
            }
            case "authserv-id" -> {
                message.authservId = hostile;
                name = "Authentication-Results";
            }
            case "identity" -> {
                signature = Optional.of(dkim("d.example", "", "fail", hostile));
                name = "DKIM-Identity";
            }
            default -> {
                signature = Optional.of(dkim("d.example", hostile, "fail"));
                name = "DKIM-Selector";
            }
        }
        String text = report(message.notice(), signature).text();
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

    /** What waits to be reported holds no more of a header section than the report quotes, and says so alike. */
    @ParameterizedTest
    @CsvSource({"10, 100", "17, 60000", "2000, 500", "1, 1000000", "1, 65536", "66, 1000"})
    void whatWaitsHoldsNoMoreThanIsQuoted(int fields, int octets) {
        List<HeaderField> all = Collections.nCopies(fields, new HeaderField("X-Any", "a".repeat(octets)));
        List<HeaderField> kept = QuotedHeaders.quotable(all);
        long sum = kept.stream().mapToLong(field -> field.value().length()).sum();
        assertTrue(sum <= 2 * QuotedHeaders.MAX_OCTETS + 1, () -> sum + " octets");
        assertEquals(QuotedHeaders.of(all), QuotedHeaders.of(kept));
    }
}
