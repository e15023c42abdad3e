package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mistake is told by {@code -n} and by the start in the same words and with the same exit code. */
class ConfigurationMistakesTest {
    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        MetricsSocket nonsense        | illegal value "nonsense" for MetricsSocket; write inet:PORT@HOST, for example inet:9893@127.0.0.1
        MetricsSocket local:/run/x    | illegal value "local:/run/x" for MetricsSocket; write inet:PORT@HOST, for example inet:9893@127.0.0.1
        Socket tcp:1                  | 'tcp:1' is not a socket: the part before the colon is none of inet, inet6, local, unix. Write inet:PORT@HOST, inet6:PORT@HOST or local:PATH, for example inet:8893@127.0.0.1
        AutoRestartRate often         | illegal value "often" for AutoRestartRate; write a number and a time, such as 10/1h
        UserID nosuchuser             | no such user 'nosuchuser'; create it (useradd --system --shell /usr/sbin/nologin nosuchuser) or change Userid
        Userid root:nosuchgroup       | no such group 'nosuchgroup'; create it or change Userid
        MaxEvaluationTime 241         | illegal value "241" for MaxEvaluationTime; write 1 to 240 (seconds)
        Nonsense yes                  | unrecognized parameter "Nonsense"; remove the line or correct the name (dmarc-milter.conf(5) lists them)
        """)
    void inTheFile(String line, String message) throws IOException {
        String file = config("Syslog no\n" + line + "\n");
        toldByBoth(Map.of(), List.of("-c", file), file + ": configuration error at line 2: " + message);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        DMARC_METRICSSOCKET | nonsense   | illegal value "nonsense" for MetricsSocket; write inet:PORT@HOST, for example inet:9893@127.0.0.1
        DMARC_USERID        | nosuchuser | no such user 'nosuchuser'; create it (useradd --system --shell /usr/sbin/nologin nosuchuser) or change Userid
        DMARC_SYSLOG        | on         | illegal value "on" for Syslog; write true or false
        DMARC_SYSTEMLOG     | yes        | unrecognized parameter "SYSTEMLOG"; remove the variable or correct its name (dmarc-milter.conf(5) lists the options)
        """)
    void inAVariable(String name, String value, String message) throws IOException {
        toldByBoth(Map.of(name, value), List.of("-c", config("RejectFailures yes\n")), name + ": " + message);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        -p | inet:x     | 'inet:x' is not a socket: the port 'x' is not a number from 0 to 65535. Write inet:PORT@HOST, inet6:PORT@HOST or local:PATH, for example inet:8893@127.0.0.1
        -u | nosuchuser | no such user 'nosuchuser'; create it (useradd --system --shell /usr/sbin/nologin nosuchuser) or change Userid
        """)
    void inAFlag(String flag, String value, String message) throws IOException {
        toldByBoth(Map.of(), List.of("-c", config(""), flag, value), flag + ": " + message);
    }

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("test.conf"), text).toString();
    }

    private static void toldByBoth(Map<String, String> environment, List<String> words, String message) {
        for (String action : List.of("-n", "-f")) {
            List<String> all = new ArrayList<>(words);
            all.add(action);
            Screen screen = new Screen();
            assertEquals(78, new DaemonCommand(screen.terminal(), environment).run(all), action);
            assertEquals("dmarc-milter: " + message + "\n", screen.err(), action);
            assertTrue(screen.out().isEmpty(), screen.out());
        }
    }
}
