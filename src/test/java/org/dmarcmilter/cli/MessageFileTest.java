package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.dmarcmilter.cli.MessageFile.MalformedLineException;
import org.dmarcmilter.message.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageFileTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        A: 1\\nB: 2\\n\\nC: 3           | A[1] B[2]         | the body is not looked at
        A: 1\\r\\nB: 2\\r\\n\\r\\nC: 3  | A[1] B[2]         | with carriage returns
        A: 1\\nB: 2                     | A[1] B[2]         | no body, no last line end
        A:1\\nB:\\nC:  3                | A[1] B[] C[ 3]    | one space after the colon goes
        A: 1\\n 2\\n\\t3\\nB: 4         | A[1\\n 2\\n\\t3] B[4] | folds stay
        A: 1\\r\\n 2                    | A[1\\n 2]         | folds as the MTA delivers them
        A : 1                           | A[1]              | space before the colon
        A: b: c                         | A[b: c]           | the first colon counts
        From joe Mon\\nA: 1             | A[1]              | mailbox separator
        From : joe\\nA: 1               | From[joe] A[1]    | no mailbox separator, but the obsolete syntax of a field
        A: 1\\n \\nB: 2                 | A[1\\n ] B[2]     | a line of white space continues
        ''                              | ''                | empty file
        \\nA: 1                         | ''                | no header section
        A: 1\\rB: 2                     | A[1\\rB: 2]       | a bare carriage return is data
        """)
    void splits(String text, String fields, String why) throws MalformedLineException {
        assertEquals(unescaped(fields), shown(MessageFile.headers(unescaped(text))));
    }

    private static String shown(Headers headers) {
        return headers.fields().stream()
                .map(field -> field.name() + "[" + field.value() + "]")
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        A: 1\\nnonsense\\nB: 2          | 2 | a line without colon
        ' x'                            | 1 | a continuation of nothing
        From joe\\n x                   | 2 | a continuation of the separator
        A: 1\\nFrom joe\\nB: 2          | 2 | a separator in the middle
        : 1                             | 1 | no name
        """)
    void refuses(String text, int line, String why) {
        MalformedLineException e =
                assertThrows(MalformedLineException.class, () -> MessageFile.headers(unescaped(text)));
        assertEquals(line, e.line());
        assertEquals("line " + line + ": header malformed", e.getMessage());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        A: 1\\n\\nB: 2         | A[1]      | false | ends at the empty line
        A: 1\\r\\n\\r\\nB: 2   | A[1]      | false | ends at the empty line, with carriage returns
        A: 12345678             | A[12345678] | false | as many octets as are taken, name and value
        A: 123456789            | A[123456789] | true | one more
        A: 1\\nB: 2\\nC: 3\\nD: 4 | A[1] B[2] C[3] | true | what lies beyond twice the size is not read
        """)
    void readsNoMoreThanTheHeaderSection(String text, String fields, boolean incomplete, String why) throws Exception {
        byte[] octets = unescaped(text).getBytes(StandardCharsets.ISO_8859_1);
        MessageFile file = MessageFile.of(new ByteArrayInputStream(octets), 9);
        assertEquals(fields, shown(file.headers()));
        assertEquals(incomplete, file.incomplete());
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        '\u00ef\u00bb\u00bfA: 1\\n\\nB: 2' | A[1] | the mark of UTF-8, as editors write it
        '\u00ef\u00bb\u00bf'                | ''   | nothing but the mark
        '\u00ef\u00bbA: 1'                  | '\u00ef\u00bbA[1]' | no mark
        'A'                                 | -    | shorter than a mark
        '\u00ff\u00feA\u0000'                | it is UTF-16, which no message is; save it as it came | as PowerShell writes it
        """)
    void takesAByteOrderMarkForNothing(String text, String expected, String why) throws IOException {
        byte[] octets = unescaped(text).getBytes(StandardCharsets.ISO_8859_1);
        String seen;
        try {
            seen = shown(MessageFile.of(new ByteArrayInputStream(octets), 100).headers());
        } catch (MalformedLineException e) {
            seen = "-";
        } catch (IOException e) {
            seen = e.getMessage();
        }
        assertEquals(expected, seen, why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        a\\nb\\n            | a\\r\\nb\\r\\n      | line feeds become line ends
        a\\r\\nb\\r\\n      | a\\r\\nb\\r\\n      | line ends stay
        a\\r\\nb\\n\\n        | a\\r\\nb\\r\\n\\r\\n  | both
        \\n\\n               | \\r\\n\\r\\n        | empty lines
        a\\rb\\r             | a\\rb\\r          | a carriage return alone is an octet
        ``                  | ``               | nothing
        a\u00e9              | a\u00e9           | octets, and no line end that is not there
        """)
    void readsTheBodyAsOnTheWire(String body, String read, String why) throws Exception {
        String text = unescaped(body).repeat(body.equals("a\\nb\\n") ? 20_000 : 1);
        MessageFile file = MessageFile.of(
                new ByteArrayInputStream(("A: 1\n\n" + text).getBytes(StandardCharsets.ISO_8859_1)), 100);
        StringBuilder all = new StringBuilder();
        file.readBody(piece -> all.append(StandardCharsets.ISO_8859_1.decode(piece)));
        assertEquals(unescaped(read).repeat(body.equals("a\\nb\\n") ? 20_000 : 1), all.toString(), why);
    }

    @Test
    void theBodyIsLeftUnread() throws Exception {
        ByteArrayInputStream octets = new ByteArrayInputStream("A: 1\n\nbody".getBytes(StandardCharsets.ISO_8859_1));
        MessageFile.of(octets, 100);
        assertEquals(4, octets.available());
    }

    @Test
    void aLongHeaderSectionTakesLinearTime() throws MalformedLineException {
        String text = "A: 1\n" + " x\n".repeat(300_000) + "B: 2\n".repeat(100_000);
        assertEquals(100_001, MessageFile.headers(text).fields().size());
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
    }
}
