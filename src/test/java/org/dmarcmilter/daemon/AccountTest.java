package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigLexer;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Overrides;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountTest {
    private static final String NO_USER = "Userid: no such user 'nosuchuser'. Create it (useradd --system --shell"
            + " /usr/sbin/nologin nosuchuser) or name another.";

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        root             |
        root:            |
        root:root        |
        0                |
        0:0              |
        nosuchuser       | no such user 'nosuchuser'
        nosuchuser:root  | no such user 'nosuchuser'
        root:nosuchgroup | no such group 'nosuchgroup'. Create it, or name another.
        1999999999       |
        """)
    void tellsWhoIsMissing(String text, String problem) {
        String said = Account.problem(text).orElse("");
        assertEquals(
                problem == null ? "" : problem, said.substring(0, problem == null ? said.length() : problem.length()));
    }

    @Test
    void namesWhereTheUserIsSet() throws IOException {
        Path file = Files.writeString(directory.resolve("x.conf"), "Syslog no\nUserid nosuchuser\n");
        assertEquals(file + ":2: " + NO_USER, problem(file.toString(), "", List.of()));
        assertEquals("DMARC_USERID: " + NO_USER, problem("-", "nosuchuser", List.of()));
        List<ConfigLexer.Line> flag = List.of(new ConfigLexer.Line("-u", Option.USER_ID, "nosuchuser"));
        assertEquals("-u: " + NO_USER, problem("-", "root", flag));
    }

    /** The launcher script cannot see it there, and the start says so in a warning of its own. */
    @Test
    void whatIsReadOnceHasNoUser() throws ConfigException {
        InputStream in = new ByteArrayInputStream("Userid nosuchuser\n".getBytes(StandardCharsets.US_ASCII));
        Configuration configuration = Configuration.loadForDaemon(Optional.of("-"), in, Overrides.NONE);
        assertEquals(
                List.of("-:1: Userid has no effect: the launcher script reads it from an ordinary file only;"
                        + " write it to one"),
                configuration.warnings());
    }

    /** A variable can be read more than once. */
    @Test
    void aVariableForTheLauncherIsNoWarning() throws ConfigException {
        Configuration configuration = Configuration.load(
                Optional.of("-"),
                InputStream.nullInputStream(),
                Overrides.of(Map.of("DMARC_USERID", "root", "DMARC_CHANGEROOTDIRECTORY", "/x"), List.of()));
        assertEquals(
                List.of("DMARC_CHANGEROOTDIRECTORY: ChangeRootDirectory has no effect: "
                        + Option.CHANGE_ROOT_DIRECTORY.advice()),
                configuration.warnings());
    }

    private static String problem(String file, String variable, List<ConfigLexer.Line> flags) {
        return assertThrows(
                        ConfigException.class,
                        () -> Configuration.loadForDaemon(
                                Optional.of(file),
                                InputStream.nullInputStream(),
                                Overrides.of(Map.of("DMARC_USERID", variable), flags)))
                .getMessage();
    }
}
