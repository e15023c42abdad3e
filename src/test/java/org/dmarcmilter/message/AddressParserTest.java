package org.dmarcmilter.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AuthorDomain.Malformed;
import org.dmarcmilter.message.AuthorDomain.One;
import org.dmarcmilter.message.AuthorDomain.Several;
import org.dmarcmilter.message.AuthorDomain.TooMany;
import org.dmarcmilter.testing.DataFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressParserTest {
    @ParameterizedTest(name = "{2}: {1}")
    @MethodSource("rows")
    void findsTheAuthorDomain(String expected, String value, String why) {
        assertEquals(expected, describe(AddressParser.authorDomain(Octets.of(value))), why);
    }

    static Stream<Arguments> rows() {
        return Octets.table("/message/author-domain.txt").stream()
                .map(row -> Arguments.of(row.get(0), row.get(1), row.get(2)));
    }

    private static String describe(AuthorDomain author) {
        if (author instanceof One one) {
            return one.domain().ascii();
        }
        if (author instanceof Several several) {
            return several.domains().stream().map(DomainName::ascii).collect(Collectors.joining(" ", "several ", ""));
        }
        if (author instanceof TooMany bound) {
            return "too many: " + bound.what();
        }
        return "malformed " + assertInstanceOf(Malformed.class, author).reason();
    }

    /** OpenDMARC's own table; four of its expectations are mistakes, says its note, and a safe reader refuses those. */
    @Test
    void agreesWithOpenDmarcWhereThatIsRight() {
        Map<String, String> mistakes = Map.of(
                "odmarc-from-06", "malformed angle bracket not closed",
                "odmarc-from-07", "several joe.com ace.com",
                "odmarc-from-08", "several joe.com ace.com",
                "odmarc-from-09", "malformed group without end");
        JsonNode cases = DataFile.json("/opendmarc/finddomain.json").get("cases");
        assertEquals(16, cases.size());
        for (JsonNode row : cases) {
            String id = row.get("id").asText();
            // Some rows carry the field's name in front.
            String value = row.get("value").asText().replaceFirst("^From: ", "");
            String expected =
                    mistakes.getOrDefault(id, row.get("expect").get("domain").asText());
            assertEquals(expected, describe(AddressParser.authorDomain(value)), id + " " + value);
        }
    }

    @Test
    void countsUpToOneHundredMailboxes() {
        String hundred = mailboxes(100);
        Several several = assertInstanceOf(Several.class, AddressParser.authorDomain(hundred));
        assertEquals(100, several.domains().size());
        assertEquals(new TooMany("more than 100 mailboxes"), AddressParser.authorDomain(mailboxes(101)));
        String oneDomain = "a@bank.example,".repeat(101);
        assertEquals(new TooMany("more than 100 mailboxes"), AddressParser.authorDomain(oneDomain));
    }

    /** One rule for all bounds: what is met by size is never read as something else. */
    @ParameterizedTest(name = "{1}")
    @MethodSource("tooMany")
    void hasOneRuleForTooMany(String value, String what) {
        assertEquals(new TooMany(what), AuthorDomainTest.of("From", value));
    }

    static Stream<Arguments> tooMany() {
        String bank = "<ceo@bank.example>";
        return Stream.of(
                Arguments.of("a@bank.example,".repeat(101), "more than 100 mailboxes"),
                Arguments.of(mailboxes(11), "more than 10 author domains"),
                Arguments.of(mailboxes(11) + ";", "more than 10 author domains"),
                Arguments.of(mailboxes(20) + ", x@[192.0.2.1]", "more than 10 author domains"),
                Arguments.of("\"" + "x".repeat(32_768) + "\"" + bank, "more than 32768 octets"),
                Arguments.of("(".repeat(32_768) + bank, "more than 32768 octets"),
                Arguments.of(bank + " ".repeat(32_768), "more than 32768 octets"),
                Arguments.of("=?x?q?a?= ".repeat(501) + ";" + bank, "more than 500 encoded-words"));
    }

    private static String mailboxes(int count) {
        return IntStream.range(0, count).mapToObj(i -> "a@d" + i + ".example").collect(Collectors.joining(", "));
    }

    /** E050: 32 kB of one thing: a parser that looks back or ahead far would need minutes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "()",
                "\"",
                "\"\" ",
                "\\",
                "<",
                ">",
                "<>",
                "@",
                "a@",
                ".",
                ",",
                ";",
                ":",
                "a:;,",
                "[",
                "[] ",
                "a ",
                "a.",
                "=?",
                "@a,",
                "<@a,",
                "\r\n ",
                "\n",
                "\0",
                "\u00ff",
                "(\\",
                "a@b ",
                "x, ",
                "=?x?q?",
                "=?x?q? ",
                "=?x?q?a?= ",
                "=?x?q?a?=, ",
                "=?x?b?QA==?=",
                "@(",
                "@()",
                "@\"",
                "%a",
                "!a",
                "a.!",
                "a.",
                "@a.",
                "\u00c3\u00a9.",
                "@\u00e2\u0080\u008d",
                "\u001b$@"
            })
    void isLinear(String piece) {
        String whole = piece.repeat(32_000 / piece.length());
        for (String value : List.of(
                whole,
                "a@b.example " + whole,
                "<" + whole,
                "\"" + whole,
                "a@" + whole,
                whole + "<a@b.example>",
                whole + "?=;<a@b.example>")) {
            AuthorDomain author =
                    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> AddressParser.authorDomain(value));
            assertNotNull(author);
        }
    }

    /** Whatever comes, an answer; and no domain without an at sign. */
    @Test
    void answersAnything() {
        Random random = new Random(5322);
        String alphabet = "ab.@<>,;:\"\\()[] \t\r\n\0\u00e4=?-_";
        for (int round = 0; round < 200_000; round++) {
            String value = random.ints(random.nextInt(24), 0, alphabet.length())
                    .mapToObj(i -> alphabet.substring(i, i + 1))
                    .collect(Collectors.joining());
            AuthorDomain author = AddressParser.authorDomain(value);
            assertNotNull(author, value);
            assertTrue(!(author instanceof One) || value.contains("@"), value);
        }
    }

    /**
     * Whatever well-formed list is generated, its domains come out: each in order of appearance, whatever stands in names,
     * comments, quoted strings, routes and folds.
     */
    @Test
    void readsGeneratedLists() {
        Random random = new Random(6854);
        for (int round = 0; round < 20_000; round++) {
            AddressListGenerator generator = new AddressListGenerator(random);
            String value = generator.list();
            String expected = generator.domains().size() == 1
                    ? generator.domains().iterator().next()
                    : "several " + String.join(" ", generator.domains());
            assertEquals(expected, describe(AddressParser.authorDomain(value)), value);
        }
    }
}
