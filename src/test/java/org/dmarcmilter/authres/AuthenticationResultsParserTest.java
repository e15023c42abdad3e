package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed.Broken;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed.Field;
import org.dmarcmilter.message.Octets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationResultsParserTest {
    @ParameterizedTest(name = "{2}: {1}")
    @MethodSource("rows")
    void reads(String expected, String value, String why) {
        assertEquals(Octets.of(expected), describe(AuthenticationResultsParser.parse(Octets.of(value))), why);
    }

    static Stream<Arguments> rows() {
        return Octets.table("/authres/authentication-results.txt").stream()
                .map(row -> Arguments.of(row.get(0), row.get(1), row.get(2)));
    }

    static String describe(Parsed parsed) {
        if (parsed instanceof Broken broken) {
            return "broken " + broken.reason();
        }
        AuthenticationResults field = assertInstanceOf(Field.class, parsed).results();
        return "<" + field.authservId() + ">"
                + field.results().stream()
                        .map(AuthenticationResultsParserTest::describe)
                        .collect(Collectors.joining());
    }

    private static String describe(MethodResult result) {
        StringBuilder text = new StringBuilder("; " + result.method() + "=" + result.result());
        if (!result.comment().isEmpty()) {
            text.append(" (").append(result.comment()).append(')');
        }
        if (!result.reason().isEmpty()) {
            text.append(" reason{").append(result.reason()).append('}');
        }
        for (Property property : result.properties()) {
            text.append(' ').append(property.type()).append('.').append(property.name());
            text.append('{').append(property.value()).append('}');
        }
        return text.toString();
    }

    /** Generated fields: parentheses, quotes, escapes and all that has a meaning here, in any order. */
    @Test
    void readsNoFieldWithHalfAComment() {
        String[] parts = {
            "(", ")", "\"", "\\", ";", "=", " ", "\n\t", ".", "/", "1", "none", "dkim=pass", "header.d=a.b", "x", "spf="
        };
        Random random = new Random(8601);
        int broken = 0;
        for (int round = 0; round < 50_000; round++) {
            StringBuilder value = new StringBuilder("mx; ");
            for (int i = random.nextInt(12); i >= 0; i--) {
                value.append(parts[random.nextInt(parts.length)]);
            }
            if (!AuthenticationResultsParserFuzzTest.isBalanced(value.toString())) {
                broken++;
                assertInstanceOf(Broken.class, AuthenticationResultsParser.parse(value.toString()), value::toString);
            }
        }
        assertTrue(broken > 10_000, "of 50000: " + broken);
    }

    /** Beyond the bounds nothing is read, and the field still has to be whole. */
    @ParameterizedTest
    @ValueSource(strings = {")", "(", "\""})
    void looksForHalfACommentBeyondItsBounds(String half) {
        assertInstanceOf(
                Broken.class, AuthenticationResultsParser.parse("mx; dkim=pass" + "; a=b".repeat(1000) + "; x" + half));
        assertInstanceOf(
                Broken.class,
                AuthenticationResultsParser.parse("mx; dkim=pass; a=b (" + "x".repeat(64 * 1024) + "); c" + half));
    }

    /** E083. */
    @Test
    void readsUpToOneThousandEntries() {
        Field all = assertInstanceOf(Field.class, AuthenticationResultsParser.parse("mx" + "; a=b".repeat(1000)));
        assertEquals(1000, all.results().results().size());
        assertFalse(all.truncated());
        Field some = assertInstanceOf(
                Field.class, AuthenticationResultsParser.parse("mx" + "; a=b".repeat(1000) + "; dkim=pass"));
        assertEquals(1000, some.results().results().size());
        assertTrue(some.truncated());
    }

    /** E083. */
    @Test
    void readsNoEntryThatBeginsBehind64KiB() {
        String value = "mx; a=b (" + "x".repeat(64 * 1024) + "); dkim=pass";
        Field field = assertInstanceOf(Field.class, AuthenticationResultsParser.parse(value));
        assertEquals(1, field.results().results().size());
        assertTrue(field.truncated());
    }

    /** 100 kB of one thing: a parser that looks back or ahead far would need minutes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "()",
                "\"",
                "\"\" ",
                "\\",
                "=",
                ";",
                ".",
                "a",
                "a ",
                "a=",
                "a=b ",
                "a=b;",
                "a.b=c ",
                "a.b=(",
                "a.b=()",
                "/",
                "a/1",
                "none;",
                "\r\n ",
                "\0",
                "\n",
                "i=",
                "=(x)",
                "a.b=\"\"x",
                ";(",
                " ",
                "1 ",
                "\u00ff"
            })
    void isLinear(String piece) {
        String whole = piece.repeat(100_000 / piece.length());
        for (String value : List.of(
                whole, "mx; " + whole, "mx " + whole, "mx; dkim=pass " + whole, "mx; dkim=pass header.d=" + whole)) {
            assertNotNull(
                    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> AuthenticationResultsParser.parse(value)));
            assertNotNull(assertTimeoutPreemptively(Duration.ofSeconds(20), () -> ReceivedSpf.parse(value)));
            assertNotNull(assertTimeoutPreemptively(Duration.ofSeconds(20), () -> ArcFields.seal("i=1; " + value)));
            assertNotNull(assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> ArcFields.authenticationResults("i=1; " + value)));
        }
    }

    @Test
    void answersAnything() {
        Random random = new Random(8601);
        List<String> pieces = List.of(
                "mx",
                "dkim",
                "spf",
                "none",
                "pass",
                "=",
                ";",
                ".",
                "/",
                "1",
                " ",
                "(",
                ")",
                "\"",
                "\\",
                "\r\n ",
                "\n",
                "\0",
                "header",
                "d",
                "@",
                "example.com",
                "i",
                "reason",
                "\u00e4",
                ",");
        for (int round = 0; round < 200_000; round++) {
            String value = random.ints(random.nextInt(24), 0, pieces.size())
                    .mapToObj(pieces::get)
                    .collect(Collectors.joining());
            Parsed parsed = AuthenticationResultsParser.parse(value);
            if (parsed instanceof Field field
                    && field.results().authservId().chars().allMatch(c -> c < 0x7F)) {
                assertNotNull(AuthenticationResultsWriter.write(field.results()), value);
            }
        }
    }
}
