package org.dmarcmilter.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLexerTest {
    /** {@code \n}, {@code \r} and {@code \t} stand for themselves; a line is shown as {@code NUMBER NAME=VALUE}. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # text                              | lines                          | why
        Socket inet:8893                    | 1 Socket=inet:8893             | name and value
        Socket  \\t inet:8893 \\t            | 1 Socket=inet:8893             | spaces and tabs around
        '  Socket inet:8893'                | 1 Socket=inet:8893             | leading space
        RejectString a b  c                 | 1 RejectString=a b  c          | the value is the rest of the line
        Socket a # b                        | 1 Socket=a                     | comment
        Socket a#b                          | 1 Socket=a                     | a comment needs no space
        RejectString "a # b"                | 1 RejectString="a              | no quoting
        RejectString a\\\\# b               | 1 RejectString=a\\\\           | no escape
        # Socket a                          | ''                             | only a comment
        \\t# Socket a                       | ''                             | only a comment, indented
        ''                                  | ''                             | empty file
        \\n\\n  \\n                         | ''                             | blank lines
        \\n\\nA b\\n\\nC d                  | 3 A=b, 5 C=d                   | line numbers
        A b\\r\\nC d\\r\\n                  | 1 A=b, 2 C=d                   | a file from Windows, over which OpenDMARC stumbles
        A b\\r\\n# x\\r\\n\\r\\nC d         | 1 A=b, 4 C=d                   | comments and blank lines from Windows
        A b\\\\\\nC d                       | 1 A=b\\\\, 2 C=d               | no continuation lines
        A b\\n\\tC d                        | 1 A=b, 2 C=d                   | not by indentation either
        A b c=d                             | 1 A=b c=d                      | an equal sign means nothing
        A\\tb                               | 1 A=b                          | a tab separates
        """)
    void splits(String text, String lines, String why) throws ConfigException {
        assertEquals(unescaped(lines), show(lines(unescaped(text))));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        A b\\nSyslog          | x.conf:2: Syslog: required value missing  | no value
        Syslog # yes          | x.conf:1: Syslog: required value missing  | the value is a comment
        Syslog\\r\\n          | x.conf:1: Syslog: required value missing  | only a carriage return
        A b\\nSyslog y\\0es   | x.conf:2: Syslog: control character       | NUL
        A b\\n\\x1b[31mA b    | x.conf:2: "<U+001B escape>[31mA": control character     | escape
        A b\\rC d             | x.conf:1: "A": control character          | a carriage return within a line
        """)
    void refuses(String text, String message, String why) {
        ConfigException e = assertThrows(ConfigException.class, () -> lines(unescaped(text)));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
        assertTrue(e.getMessage().chars().allMatch(c -> c >= ' ' && c <= '~'), e.getMessage());
    }

    @Test
    void longLinesAreOneLine() throws ConfigException {
        String value = "x".repeat(5_000);
        assertEquals("1 A=" + value, show(lines("A " + value + "\n")), "OpenDMARC splits at 1023 characters");
    }

    @Test
    void foreignTextIsQuotedSafely() {
        assertEquals(
                "\"a<U+0007 bel>b<U+00E9 latin small letter e with acute>\"", ConfigLexer.printable("a\u0007b\u00e9"));
        assertEquals("\"" + "x".repeat(60) + "...\"", ConfigLexer.printable("x".repeat(61)));
    }

    private static List<ConfigLexer.Line> lines(String text) throws ConfigException {
        Findings findings = new Findings();
        List<ConfigLexer.Line> lines = ConfigLexer.lines("x.conf", text, findings);
        findings.endIfMistaken();
        return lines;
    }

    private static String show(List<ConfigLexer.Line> lines) {
        return lines.stream()
                .map(line -> line.number() + " " + line.name() + "=" + line.value())
                .collect(Collectors.joining(", "));
    }

    private static String unescaped(String text) {
        return text.replace("\\\\", "\u0001")
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
                .replace("\\x1b", "\u001b")
                .replace("\u0001", "\\");
    }
}
