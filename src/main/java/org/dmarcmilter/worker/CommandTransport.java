package org.dmarcmilter.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dmarcmilter.mail.Envelope;
import org.dmarcmilter.mail.Outcome;
import org.dmarcmilter.report.ReportCommand;

/** Hands mails to the option ReportCommand instead of a server. The command finds the recipient in the mail, and chooses the sender. */
record CommandTransport(String command) implements SendStep.Transport {
    private static final int BUFFER = 8_192;

    @Override
    public Outcome send(Envelope envelope, Path mail, Duration limit) throws IOException {
        Optional<String> problem = new ReportCommand(command, limit).run(in -> copy(mail, in));
        return problem.<Outcome>map(words -> new Outcome.TryLater(Outcome.Command.END, words, false))
                .orElseGet(() -> new Outcome.Accepted("ReportCommand took it"));
    }

    /** A program on this host expects the system's line ends; in our mails CR stands nowhere but before LF. */
    private static void copy(Path mail, OutputStream in) throws IOException {
        try (InputStream file = Files.newInputStream(mail)) {
            byte[] piece = new byte[BUFFER];
            for (int read = file.read(piece); read > 0; read = file.read(piece)) {
                int kept = 0;
                for (int i = 0; i < read; i++) {
                    if (piece[i] != '\r') {
                        piece[kept] = piece[i];
                        kept++;
                    }
                }
                in.write(piece, 0, kept);
            }
        }
    }
}
