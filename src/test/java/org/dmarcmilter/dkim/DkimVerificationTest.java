package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.dkim.DkimVerification.Findings;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DkimVerificationTest {
    private static final long NOW = 1_800_000_000;
    private static final TestSigner RSA = TestSigner.rsa(1_024);
    private static final TestSigner ED25519 = TestSigner.ed25519();
    private static final WireMessage MAIL = WireMessage.of("""
            From: Joe <joe@example.com>
            To: sue@example.net
            Subject: Hello
            Date: Sat, 28 Nov 2026 20:00:00 +0000

            Hi.
            """.replace("\n", "\r\n"));

    private static Findings verify(WireMessage message, Zone zone) {
        return message.verify(chain -> false, NOW, zone);
    }

    private static DkimResult only(Findings findings) {
        assertEquals(1, findings.signatures().size());
        return findings.signatures().get(0);
    }

    private static String words(Findings findings) {
        return findings.signatures().stream()
                .map(result -> result.place() + " " + result.code().word())
                .collect(Collectors.joining(", "));
    }

    private static WireMessage with(WireMessage message, String name, String value) {
        List<HeaderField> fields = new ArrayList<>(message.fields());
        fields.add(0, new HeaderField(name, value));
        return new WireMessage(fields, message.body(), message.pieceSize());
    }

    @Test
    void saysAllThereIsToSay() {
        Zone zone = new Zone()
                .txt("a.b._domainkey.example.com", "t=y; " + RSA.record().substring(9));
        WireMessage message =
                RSA.sign(MAIL, "d=Example.COM; s=a.B; i=joe=40@Mail.example.com; c=relaxed; h=from : subject");
        DkimResult result = only(verify(message, zone));
        String signature = message.fields().get(0).value();
        assertEquals(
                new DkimResult(
                        0,
                        Code.PASS,
                        "",
                        Optional.of(DomainName.of("example.com")),
                        "a.b",
                        "joe=40@Mail.example.com",
                        "rsa-sha256",
                        1_024,
                        signature.substring(signature.lastIndexOf("b=") + 2).substring(0, 8),
                        true),
                result);
    }

    @Test
    void aMessageWithoutSignatureAsksNothing() {
        Zone zone = new Zone();
        DkimVerification verification = DkimVerification.begin(
                MAIL.fields(), List.of(), Set.of("example.org"), Instant.EPOCH, zone, new PublishedKeys());
        assertFalse(verification.needsBody());
        verification.body(ByteBuffer.wrap(MAIL.body()));
        assertEquals(
                new Findings(List.of(), 0, Optional.empty()),
                verification.end().toCompletableFuture().join());
        assertEquals(List.of(), zone.asked());
    }

    @Test
    void theAuthorsSignatureIsCheckedHoweverManyStandAboveIt() {
        Zone zone = new Zone().txt("s._domainkey.mail.example.com", RSA.record());
        WireMessage message = RSA.sign(MAIL, "d=mail.example.com; s=s; h=from");
        for (int i = 0; i < 20; i++) {
            message = with(
                    message,
                    DkimSignature.FIELD,
                    "v=1; a=rsa-sha256; d=s" + i + ".example.org; s=s; h=from; bh=AAAA; b=AAAA");
        }
        Findings findings = verify(message, zone);
        assertEquals(DkimVerification.MAX_SIGNATURES, findings.signatures().size());
        assertEquals(21 - DkimVerification.MAX_SIGNATURES, findings.unchecked());
        assertEquals(DkimVerification.MAX_SIGNATURES, zone.asked().size());
        DkimResult last = findings.signatures().get(DkimVerification.MAX_SIGNATURES - 1);
        assertEquals("20 pass", last.place() + " " + last.code().word());
    }

    @Test
    void aFieldThatCannotBeUsedTakesNobodysPlace() {
        Zone zone = new Zone().txt("s._domainkey.example.org", RSA.record());
        WireMessage message = RSA.sign(MAIL, "d=example.org; s=s; h=from");
        for (int i = 0; i < 30; i++) {
            message = with(message, DkimSignature.FIELD, "v=1; d=example.com");
        }
        Findings findings = verify(message, zone);
        assertEquals(Code.PASS, findings.signatures().get(9).code());
        assertEquals(21, findings.unchecked());
    }

    @Test
    void furtherFieldsAreNotEvenRead() {
        Zone zone = new Zone().txt("s._domainkey.example.com", RSA.record());
        WireMessage message = RSA.sign(MAIL, "d=example.com; s=s; h=from");
        List<HeaderField> fields = new ArrayList<>(
                Collections.nCopies(DkimVerification.MAX_READ, new HeaderField(DkimSignature.FIELD, "x")));
        fields.addAll(message.fields());
        Findings findings = verify(new WireMessage(fields, message.body(), 1_000), zone);
        assertEquals(91, findings.unchecked());
        assertEquals(List.of(), zone.asked());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "d=example.com; s=sel\0.evil",
                "d=example.com; s=sel\u00e9",
                "d=example.com; s=sel/x",
                "d=example.com; s=sel.",
                "d=example.com; s=.sel",
                "d=example.com; s=a..b",
                "d=example.com; s=a b",
                "d=example.com; s=(a)",
                "d=example.com.; s=sel",
                "d=example.com\0.evil.example; s=sel",
                "d=example.com/evil; s=sel",
                "d=[192.0.2.1]; s=sel",
                "d=192.0.2.1; s=sel",
                "d=com; s=sel",
                "d=exa mple.com; s=sel",
                "d=*.com; s=sel"
            })
    void oddNamesAreNotAskedFor(String names) {
        Zone zone = new Zone();
        WireMessage message = with(MAIL, DkimSignature.FIELD, "v=1; a=rsa-sha256; h=from; bh=AAAA; b=AAAA; " + names);
        DkimResult result = only(verify(message, zone));
        assertEquals(Code.NEUTRAL, result.code());
        assertEquals(List.of(), zone.asked());
    }

    @Test
    void namesMayBeUnicode() {
        // "bücher" and "größe" in UTF-8, one character per octet.
        String domain = "b\u00c3\u00bccher.example";
        String selector = "gr\u00c3\u00b6\u00c3\u009fe";
        Zone zone = new Zone().txt("xn--gre-6ka8i._domainkey.xn--bcher-kva.example", RSA.record());
        DkimResult result = only(
                verify(RSA.sign(MAIL, "d=" + domain + "; s=" + selector + "; i=@xn--bcher-kva.example; h=from"), zone));
        assertEquals(Code.PASS, result.code(), result::toString);
        assertEquals("xn--gre-6ka8i", result.selector());
    }

    @Test
    void waitsForTheDnsAndForNothingElse() {
        Zone zone = new Zone().txt("fast._domainkey.example.com", RSA.record());
        CompletableFuture<DnsAnswer> slow = zone.pending("slow._domainkey.example.com");
        WireMessage message =
                RSA.sign(RSA.sign(MAIL, "d=example.com; s=slow; h=from"), "d=example.com; s=fast; h=from");
        DkimVerification verification = DkimVerification.begin(
                message.fields(), List.of(), Set.of(), Instant.ofEpochSecond(NOW), zone, new PublishedKeys());
        assertEquals(2, zone.asked().size());
        assertTrue(verification.needsBody());
        verification.body(ByteBuffer.wrap(message.body()));
        CompletableFuture<Findings> end = verification.end().toCompletableFuture();
        assertFalse(end.isDone());
        slow.complete(new DnsAnswer.Unavailable("time-out"));
        assertEquals("0 pass, 1 temperror", words(end.join()));
        assertEquals(
                "no answer for the key: time-out",
                end.join().signatures().get(1).reason());
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # records in their order         | result    | why
        good                             | pass      | the key
        spf other good                   | pass      | an SPF record and another key before it
        other good other                 | pass      | the first that fits counts
        other other other other good     | fail      | four are tried
        spf spf spf spf spf good         | pass      | what is no key does not count among the four
        other revoked                    | permerror | the last one says why
        good revoked                     | pass      | a key that is revoked beside another
        spf                              | permerror | no key at all
        15*spf good                      | pass      | sixteen records are read
        16*spf good                      | permerror | and no more
        """)
    void triesSeveralKeys(String records, String expected, String why) {
        TestSigner other = TestSigner.rsa(1_024);
        Zone zone = new Zone();
        String written = records.replace("15*spf", "spf ".repeat(15).strip())
                .replace("16*spf", "spf ".repeat(16).strip());
        for (String record : written.split(" ")) {
            zone.txt(
                    "s._domainkey.example.com",
                    switch (record) {
                        case "good" -> RSA.record();
                        case "other" -> other.record();
                        case "revoked" -> "v=DKIM1; p=";
                        default -> "v=spf1 -all";
                    });
        }
        DkimResult result = only(verify(RSA.sign(MAIL, "d=example.com; s=s; h=from"), zone));
        assertEquals(expected, result.code().word(), () -> why + ": " + result);
    }

    @Test
    void verifiesNoMoreThanItMay() {
        TestSigner other = TestSigner.ed25519();
        Zone zone = new Zone();
        WireMessage message = MAIL;
        for (int i = 0; i < DkimVerification.MAX_SIGNATURES; i++) {
            String signer = i == 0 ? "example.com" : "example.org";
            message = ED25519.sign(message, "d=" + signer + "; s=s" + i + "; h=from");
            for (int j = 0; j < PublishedKeys.MAX_KEYS; j++) {
                zone.txt("s" + i + "._domainkey." + signer, other.record());
            }
        }
        Findings findings = verify(message, zone);
        assertEquals(
                "0 fail, 1 fail, 2 fail, 3 policy, 4 policy, 5 policy, 6 policy, 7 policy, 8 policy, 9 fail",
                words(findings),
                "sixteen verifications, the author's first");
        assertEquals("too many keys", findings.signatures().get(3).reason());
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # signatures, of which by whom: a the author, o others; what each signs | expected | why
        400000o 400000o 400000o 400000a | policy, policy, pass, pass | the author's is the first, and then it is as they stand
        2000000a 1000o                 | pass, policy             | the first may be about a header of any size
        1000o 2000000a                 | policy, pass             | be it below
        100000o*10                     | pass*10                  | a million in ten parts
        """)
    void hashesNoMoreOfTheHeaderThanItMay(String signatures, String expected, String why) {
        Zone zone =
                new Zone().txt("s._domainkey.example.com", RSA.record()).txt("s._domainkey.example.org", RSA.record());
        WireMessage message = MAIL;
        String written = signatures.endsWith("*10")
                ? (signatures.replace("*10", "") + " ").repeat(10).strip()
                : signatures;
        for (String signature : written.split(" ")) {
            int last = signature.length() - 1;
            String name = "X-" + message.fields().size();
            message = with(message, name, "x".repeat(Integer.parseInt(signature.substring(0, last)) - 500));
            String signer = signature.charAt(last) == 'a' ? "example.com" : "example.org";
            message = RSA.sign(message, "d=" + signer + "; s=s; h=from:" + name);
        }
        Findings findings = verify(message, zone);
        List<String> words = findings.signatures().stream()
                .map(result -> result.code().word())
                .collect(Collectors.toList());
        Collections.reverse(words); // the last to sign stands on top
        assertEquals(
                expected.endsWith("*10") ? ("pass, ".repeat(9) + "pass") : expected, String.join(", ", words), why);
        findings.signatures().stream()
                .filter(result -> result.code() == Code.POLICY)
                .forEach(result -> assertEquals("too much header to check", result.reason()));
    }

    @Test
    void bothAlgorithmsSideBySide() {
        Zone zone = new Zone()
                .txt("r._domainkey.example.com", RSA.record())
                .txt("e._domainkey.example.com", ED25519.record());
        WireMessage message = ED25519.sign(
                RSA.sign(MAIL, "d=example.com; s=r; h=from"), "d=example.com; s=e; c=relaxed/relaxed; h=from:to");
        assertEquals("0 pass, 1 pass", words(verify(message, zone)));
        zone.txt("x._domainkey.example.com", RSA.record());
        assertEquals(
                "key of another type than ed25519",
                only(verify(ED25519.sign(MAIL, "d=example.com; s=x; h=from"), zone))
                        .reason());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # h=                     | added on top   | result | why
        from                     | From           | policy | a second author
        from                     | from           | policy | in lower case
        FROM                     | From           | policy | in another case in h=
        from:from                | From           | fail   | signed that there is none
        from:subject             | Subject        | policy | a second subject
        from:to                  | To             | policy | a second recipient
        from:cc                  | Cc             | fail   | signed that there is none
        from:reply-to            | Reply-To       | fail   | signed that there is none
        from:date                | Date           | policy | a second date
        from                     | Subject        | pass   | nobody signed the subject
        from:x-any               | X-Any          | fail   | signed that there is none
        from                     | X-Any          | pass   | no matter of the signer's
        from                     | Content-Type   | pass   | nobody signed the type
        from:content-type        | Content-Type   | fail   | signed that there is none
        """)
    void whatIsShownHasToBeSigned(String names, String added, String expected, String why) {
        Zone zone = new Zone().txt("s._domainkey.example.com", RSA.record());
        WireMessage signed = RSA.sign(MAIL, "d=example.com; s=s; c=relaxed/relaxed; h=" + names);
        assertEquals("0 pass", words(verify(signed, zone)));
        DkimResult result = only(verify(with(signed, added, "x@evil.example"), zone));
        assertEquals(expected, result.code().word(), () -> why + ": " + result);
    }

    @Test
    void pieceStaysAsItIs() {
        Zone zone = new Zone().txt("s._domainkey.example.com", RSA.record());
        WireMessage message = RSA.sign(MAIL, "d=example.com; s=s; h=from");
        DkimVerification verification = DkimVerification.begin(
                message.fields(), List.of(), Set.of(), Instant.ofEpochSecond(NOW), zone, new PublishedKeys());
        ByteBuffer piece =
                ByteBuffer.allocate(100).position(50).put(message.body()).flip().position(50);
        verification.body(piece);
        assertEquals(50, piece.position());
        assertEquals("0 pass", words(verification.end().toCompletableFuture().join()));
    }

    /** Ten values of l= cost one reading, thousands of names one look-up each: what is counted here is what costs. */
    @Test
    void tenLimitsAndAThousandNames() {
        Zone zone = new Zone().txt("s._domainkey.example.com", RSA.record());
        String body = "some text here\r\n".repeat(10_000);
        WireMessage message = new WireMessage(MAIL.fields(), body.getBytes(StandardCharsets.US_ASCII), 65_535);
        String names = "from" + ":x".repeat(DkimSignature.MAX_NAMES - 1);
        for (int i = 0; i < 10; i++) {
            String limit = i == 9 ? "" : "; l=" + (body.length() - 8 + i);
            message = RSA.sign(message, "d=example.com; s=s; h=" + names + limit);
        }
        assertEquals(
                "0 pass, 1 pass, 2 policy, 3 policy, 4 policy, 5 policy, 6 policy, 7 policy, 8 policy, 9 policy",
                words(verify(message, zone)));
    }

    @Test
    void oneNameTooMany() {
        WireMessage message = with(
                MAIL,
                DkimSignature.FIELD,
                "v=1; a=rsa-sha256; d=example.com; s=s; bh=AAAA; b=AAAA; h=from"
                        + ":x".repeat(DkimSignature.MAX_NAMES));
        Zone zone = new Zone();
        assertEquals(
                "tag h= has more than 1000 names", only(verify(message, zone)).reason());
        assertEquals(List.of(), zone.asked());
    }
}
