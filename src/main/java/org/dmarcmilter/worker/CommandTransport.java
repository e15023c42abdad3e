package org.dmarcmilter.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dmarcmilter.mail.Envelope;
import org.dmarcmilter.mail.Outcome;
import org.dmarcmilter.report.ReportCommand;

/** Hands mails to the option ReportCommand instead of a server. The command finds the recipient in the mail, and chooses the sender. */
record CommandTransport(String command) implements SendStep.Transport {
    @Override
    public Outcome send(Envelope envelope, Path mail, Duration limit) throws IOException {
        // A program on this host expects the system's line ends.
        String text = Files.readString(mail, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
        Optional<String> problem = new ReportCommand(command, limit).run(text);
        return problem.<Outcome>map(words -> new Outcome.TryLater(Outcome.Command.END, words, false))
                .orElseGet(() -> new Outcome.Accepted("ReportCommand took it"));
    }
}
