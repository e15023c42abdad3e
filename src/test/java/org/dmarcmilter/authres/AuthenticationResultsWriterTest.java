package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationResultsWriterTest {
    /** The texts of OpenDMARC, which other filters match. */
    @Test
    void writesWhatOpenDmarcWrites() {
        assertEquals(
                "mx.test.example; dmarc=pass (p=reject dis=none) header.from=example.com policy.dmarc=reject",
                write(
                        "mx.test.example",
                        dmarc("pass", "p=reject dis=none", "header.from=example.com", "policy.dmarc=reject")));
        assertEquals(
                "\"mx/QID123\"; dmarc=fail (p=none dis=none) header.from=example.com policy.dmarc=none",
                write("mx/QID123", dmarc("fail", "p=none dis=none", "header.from=example.com", "policy.dmarc=none")));
        assertEquals(
                "mx.test.example; dmarc=permerror header.from=example.com",
                write("mx.test.example", dmarc("permerror", "", "header.from=example.com")));
        assertEquals(
                "mx; spf=pass smtp.mailfrom=example.com",
                write("mx", result("spf", "pass", "", "", "smtp.mailfrom=example.com")));
    }

    @Test
    void writesSeveralResultsOrNone() {
        assertEquals("mx; none", write("mx"));
        assertEquals(
                "mx; spf=fail reason=x smtp.helo=h.example; dkim=none",
                write("mx", result("SPF", "Fail", "", "x", "smtp.helo=h.example"), result("dkim", "none", "", "")));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # value                    | written                      | why
            example.com                | example.com                  | token
            joe@example.com            | joe@example.com              | an address needs no quotes
            @example.com               | @example.com                 | nor does its domain
            a=b@example.com            | "a=b@example.com"            | an equal sign does
            a@b@example.com            | "a@b@example.com"            | two at signs do
            Iww3/TIUS                  | "Iww3/TIUS"                  | slash
            2001:db8::1                | "2001:db8::1"                | colon
            ``                         | ""                           | empty
            `a b`                      | "a b"                        | space
            a;b                        | "a;b"                        | semicolon
            a(b)                       | "a(b)"                       | parentheses
            a"b\\c                     | "a\\"b\\\\c"                 | quote and backslash
            x; dkim=pass header.d=bank | "x; dkim=pass header.d=bank" | injection
            x" header.d="bank          | "x\\" header.d=\\"bank"      | injection by quotes
            """)
    void quotesWhatIsNoToken(String value, String written, String why) {
        assertEquals(
                "mx; spf=pass smtp.mailfrom=" + written,
                write(
                        "mx",
                        new MethodResult(
                                "spf", ResultWord.PASS, "", "", List.of(new Property("smtp", "mailfrom", value)))),
                why);
    }

    /** E141 and E255: no line end, no control character, nothing beyond ASCII. */
    @Test
    void letsOnlyPrintableAsciiOut() {
        String hostile = "a\r\nX-Evil: 1\n\0\t\u007f\u00e4)\"(\\";
        String written = AuthenticationResultsWriter.write(new AuthenticationResults(
                hostile,
                List.of(new MethodResult(
                        "spf", ResultWord.PASS, hostile, hostile, List.of(new Property("smtp", "helo", hostile))))));
        assertEquals(
                "\"a??X-Evil: 1????"
                        + "?)\\\"(\\\\\"; spf=pass (a??X-Evil: 1?????\\)\"\\(\\\\) reason=\"a??X-Evil: 1?????)\\\"(\\\\\""
                        + " smtp.helo=\"a??X-Evil: 1?????)\\\"(\\\\\"",
                written);
    }

    @ParameterizedTest
    @CsvSource({"'',pass", "a b,pass", "a=b,pass", "spf,''", "spf,a b", "spf,pass;", "spf,\u00e4"})
    void refusesNamesThatAreNoKeywords(String method, String result) {
        AuthenticationResults field = new AuthenticationResults("mx", List.of(result(method, result, "", "")));
        assertThrows(IllegalArgumentException.class, () -> AuthenticationResultsWriter.write(field));
    }

    @Test
    void foldsOnlyLongFieldsAndOnlyBetweenWords() {
        MethodResult[] many = IntStream.range(0, 100)
                .mapToObj(i -> result("spf", "pass", "some words in a comment", "two words", "smtp.mailfrom=a b" + i))
                .toArray(MethodResult[]::new);
        String written = write("mx.example", many);
        List<String> lines = Arrays.asList(written.split("\n", -1));
        assertTrue(lines.size() > 5, written);
        for (String line : lines) {
            assertTrue(line.length() <= 901, () -> "line of " + line.length());
        }
        assertTrue(lines.stream().skip(1).allMatch(line -> line.matches("\t[^ \t].*")), written);
        assertEquals(
                new Parsed.Field(new AuthenticationResults("mx.example", List.of(many))),
                AuthenticationResultsParser.parse(written));
        assertEquals(-1, write("mx", result("spf", "pass", "x".repeat(850), "")).indexOf('\n'));
    }

    @ParameterizedTest(name = "an authserv-id and a HELO name of {0} characters \"{1}\"")
    @CsvSource({"300,a", "400,a", "401,a", "5000,a", "400,\\", "5000,\\", "5000,@", "5000,;"})
    void noLineIsTooLongWhateverTheClientCallsItself(int length, String character) {
        String long1 = character.repeat(length);
        String written = write(
                long1,
                new MethodResult("spf", ResultWord.NONE, "", long1, List.of(new Property("smtp", "helo", long1))));
        for (String line : ("Authentication-Results: " + written).split("\n", -1)) {
            assertTrue(line.length() < 998, () -> "line of " + line.length());
        }
        assertTrue(AuthenticationResultsParser.parse(written) instanceof Parsed.Field, written);
    }

    /** What was written is read back the same, whatever printable text its parts hold. */
    @Test
    void isReadBackTheSame() {
        Random random = new Random(20);
        for (int round = 0; round < 20_000; round++) {
            String authservId = text(random, 1);
            List<MethodResult> results = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                List<Property> properties = new ArrayList<>();
                for (int j = random.nextInt(4); j > 0; j--) {
                    properties.add(new Property(keyword(random), keyword(random), text(random, 0)));
                }
                results.add(new MethodResult(
                        keyword(random), ResultWord.of(keyword(random)), text(random, 0), text(random, 0), properties));
            }
            AuthenticationResults field = new AuthenticationResults(authservId, results);
            String written = AuthenticationResultsWriter.write(field);
            assertEquals(new Parsed.Field(field), AuthenticationResultsParser.parse(written), written);
            assertEquals(new Parsed.Field(field), AuthenticationResultsParser.parse(" " + written + "\r\n"), written);
        }
    }

    private static String text(Random random, int minimum) {
        String alphabet = "abc.-_ ()\\\"=;@/<>,:[]?%'1A";
        return random.ints(minimum + random.nextInt(8), 0, alphabet.length())
                .mapToObj(i -> alphabet.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    private static String keyword(Random random) {
        return List.of("spf", "dkim", "x-a", "header", "d", "pass", "perm_fail", "2fa", "reason")
                .get(random.nextInt(9));
    }

    private static String write(String authservId, MethodResult... results) {
        return AuthenticationResultsWriter.write(new AuthenticationResults(authservId, List.of(results)));
    }

    private static MethodResult dmarc(String result, String comment, String... properties) {
        return result("dmarc", result, comment, "", properties);
    }

    private static MethodResult result(
            String method, String result, String comment, String reason, String... properties) {
        return new MethodResult(
                method,
                new ResultWord(result),
                comment,
                reason,
                Arrays.stream(properties)
                        .map(property -> property.split("[.=]", 3))
                        .map(parts -> new Property(parts[0], parts[1], parts[2]))
                        .toList());
    }
}
