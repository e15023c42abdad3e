package org.dmarcmilter.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.dmarcmilter.cli.Screen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words behind {@code report}: what is said about wrong ones, and the verb that needs no store. */
class ReportCommandTest {
    @TempDir
    Path directory;

    @ParameterizedTest(name = "report {0}")
    @CsvSource(delimiter = '|', textBlock = """
        # words                     | exit code | standard error begins with
        ''                          | 64 | usage: dmarc-milter report VERB
        vaildate x                  | 64 | dmarc-milter report: vaildate is no verb
        validate                    | 64 | dmarc-milter report validate: FILE is missing
        validate --jsn x            | 64 | dmarc-milter report validate: --jsn is no option of it
        validate -c                 | 64 | dmarc-milter report validate: -c needs a value
        validate --now yesterday x  | 64 | dmarc-milter report validate: --now takes a time in UTC such as 2026-11-28T00:10:00Z
        validate NONE               | 66 | dmarc-milter report validate: NONE: No such file or directory
        """)
    void tellsWhatIsWrong(String words, int code, String begin) {
        Screen screen = new Screen();
        assertEquals(code, run(screen, words));
        assertEquals("", screen.out());
        assertTrue(screen.err().startsWith(begin), screen.err());
        assertEquals(code == 64, screen.err().contains("usage: "), screen.err());
    }

    @ParameterizedTest(name = "report {0}")
    @CsvSource(delimiter = '|', textBlock = """
        --help          | usage: dmarc-milter report VERB
        -h              | usage: dmarc-milter report VERB
        validate --help | usage: dmarc-milter report validate
        validate x -h   | usage: dmarc-milter report validate
        --version       | dmarc-milter: dmarc-milter
        """)
    void helps(String words, String begin) {
        Screen screen = new Screen();
        assertEquals(0, run(screen, words));
        assertEquals("", screen.err());
        assertTrue(screen.out().startsWith(begin), screen.out());
    }

    @Test
    void validates() throws IOException {
        Path good = copy("rfc9990.xml", "good.xml", "", "");
        Path bad = copy("rfc7489.xml", "bad.xml", "<count>1000</count>", "<count>many</count>");
        Screen screen = new Screen();
        assertEquals(65, run(screen, "validate " + good + " " + bad + " " + good));
        List<String> lines = screen.out().lines().toList();
        assertEquals(good + ": RFC 9990, 3 rows, 1,003 messages: valid", lines.get(0));
        assertTrue(lines.get(1).startsWith("  warning: the file is not compressed"), screen.out());
        assertTrue(screen.out().contains("\n" + bad + ": RFC 7489, 3 rows, 3 messages: NOT valid\n"), screen.out());
        assertTrue(screen.out().contains("\n  error in line 25: "), screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void validatesForPrograms() throws IOException {
        Path good = copy("rfc9990.xml", "good.xml", "", "");
        Screen screen = new Screen();
        assertEquals(0, run(screen, "validate --json " + good));
        assertTrue(
                screen.out()
                        .startsWith("{\"file\":\"" + good
                                + "\",\"format\":\"rfc9990\",\"valid\":true,\"rows\":3,\"messages\":1003,\"findings\":["
                                + "{\"kind\":\"packing\",\"error\":false,\"line\":0,\"text\":\""),
                screen.out());
        assertEquals(1, screen.out().lines().count());
    }

    @Test
    void validatesStandardInput() {
        Screen screen = new Screen("no report");
        assertEquals(65, run(screen, "validate -"));
        assertTrue(screen.out().startsWith("-: no report, 0 rows, 0 messages: NOT valid\n"), screen.out());
    }

    private static int run(Screen screen, String words) {
        return new ReportCommand(screen.terminal(), Map.of())
                .run(words.isEmpty() ? List.of() : Arrays.asList(words.split(" ")));
    }

    private Path copy(String resource, String name, String old, String now) throws IOException {
        try (var in = Objects.requireNonNull(getClass().getResourceAsStream("/feedback/" + resource))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Files.writeString(directory.resolve(name), text.replace(old.isEmpty() ? "\0" : old, now));
        }
    }
}
