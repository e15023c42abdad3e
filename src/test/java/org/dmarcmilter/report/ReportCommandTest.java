package org.dmarcmilter.report;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportCommandTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    /** More than a pipe holds. */
    private static final String LARGE = "x".repeat(1_000_000);

    @TempDir
    private Path directory;

    @Test
    void handsOverTheMail() throws IOException {
        Path mail = directory.resolve("mail");
        assertEquals(Optional.empty(), new ReportCommand("cat > '" + mail + "'", LONG).run(LARGE + "\u00fc"));
        assertEquals(1_000_001, Files.size(mail), "one octet a character");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', nullValues = "fine", textBlock = """
        # command                     | problem                                                | why
        true                          | fine                                                   | reads nothing and is content
        head -c 10                    | fine                                                   | reads a part
        exit 75                       | ReportCommand exited with status 75                    | says no
        echo no such user; exit 67    | ReportCommand exited with status 67: no such user      | says why
        echo oops >&2; exit 1         | ReportCommand exited with status 1: oops               | on standard error too
        /no/such/program 2>/dev/null  | ReportCommand exited with status 127                   | is not there
        kill -9 $$                    | ReportCommand exited with status 137                   | dies of a signal
        sleep 3 & exit 3              | ReportCommand exited with status 3                     | leaves a child that keeps the pipe open
        """)
    void tellsWhatWentWrong(String command, String problem, String why) {
        assertEquals(Optional.ofNullable(problem), new ReportCommand(command, LONG).run(LARGE), why);
    }

    @Test
    void killsACommandWhoseMailEndsTooSoon() {
        Path whole = directory.resolve("whole");
        IOException gone = assertThrows(
                IOException.class,
                () -> new ReportCommand("cat && touch '" + whole + "'", LONG).run(in -> {
                    in.write('x');
                    throw new IOException("disk");
                }));
        assertEquals("disk", gone.getMessage());
        await().atMost(LONG).until(() -> ProcessHandle.current().descendants().noneMatch(ReportCommandTest::isCat));
        assertFalse(Files.exists(whole), "it must not take a part of a mail for a mail");
    }

    private static boolean isCat(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("touch '");
    }

    @Test
    void neutralisesWhatTheCommandSays() {
        String problem = new ReportCommand("printf 'a\\nb\\033[31m\\377'; exit 1", LONG)
                .run("")
                .orElseThrow();
        assertEquals("ReportCommand exited with status 1: a?b?[31m?", problem);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        sleep 300                       | does not end
        echo $$ > PID; sleep 300; true  | has a child that does not end
        sleep 300 | sleep 301           | is a pipeline
        yes                             | talks for ever and does not read
        """)
    void killsWhatDoesNotEnd(String command, String why) {
        ReportCommand slow =
                new ReportCommand(command.replace("PID", "'" + directory.resolve("pid") + "'"), Duration.ofSeconds(1));
        assertEquals(Optional.of("ReportCommand did not end within 1 s and was killed"), slow.run(LARGE), why);
        await().atMost(LONG).until(() -> ProcessHandle.current().descendants().noneMatch(ReportCommandTest::sleeps));
    }

    private static boolean sleeps(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("sleep 30");
    }

    @Test
    void canBeInterrupted() throws InterruptedException {
        Path started = directory.resolve("started");
        Thread thread = new Thread(() -> new ReportCommand("touch '" + started + "'; sleep 302", LONG).run(""));
        thread.start();
        await().atMost(LONG).until(() -> Files.exists(started));
        thread.interrupt();
        thread.join(LONG.toMillis());
        assertTrue(!thread.isAlive());
    }
}
