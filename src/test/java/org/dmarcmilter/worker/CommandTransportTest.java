package org.dmarcmilter.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.dmarcmilter.mail.Envelope;
import org.dmarcmilter.mail.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CommandTransportTest {
    private static final Envelope ENVELOPE = new Envelope("reports@rep.example", "a@example.com");
    private static final Duration LIMIT = Duration.ofSeconds(100);

    @TempDir
    Path directory;

    private Outcome send(String command, Path mail) throws IOException {
        return new CommandTransport(command.replace("OUT", "'" + directory.resolve("out") + "'"))
                .send(ENVELOPE, mail, LIMIT);
    }

    @Test
    void givesTheMailWithTheSystemsLineEnds() throws IOException {
        Path mail = Files.writeString(directory.resolve("mail"), "To: a@example.com\r\n\r\n.\r\nlast\r\n");
        assertEquals(new Outcome.Accepted("ReportCommand took it"), send("cat >OUT", mail));
        assertEquals("To: a@example.com\n\n.\nlast\n", Files.readString(directory.resolve("out")));
    }

    @Test
    void aLargeMailPassesThrough() throws IOException {
        Path mail = directory.resolve("mail");
        byte[] line = ("x".repeat(76) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        int lines = 200_000;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(mail))) {
            for (int i = 0; i < lines; i++) {
                out.write(line);
            }
        }
        assertEquals(new Outcome.Accepted("ReportCommand took it"), send("wc -c >OUT", mail));
        assertEquals(
                String.valueOf(77L * lines),
                Files.readString(directory.resolve("out")).strip());
    }

    @Test
    void aCommandThatSaysNoIsAskedAgain() throws IOException {
        Path mail = Files.writeString(directory.resolve("mail"), "To: a@example.com\r\n\r\n");
        assertEquals(
                new Outcome.TryLater(Outcome.Command.END, "ReportCommand exited with status 75: busy", false),
                send("cat >/dev/null; echo busy; exit 75", mail));
    }

    @Test
    void aMailThatIsMissingIsOurMistake() {
        assertThrows(NoSuchFileException.class, () -> send("cat >OUT", directory.resolve("none")));
    }
}
