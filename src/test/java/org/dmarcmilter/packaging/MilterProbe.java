package org.dmarcmilter.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.dmarcmilter.testing.MilterPeer;
import org.dmarcmilter.testing.MilterPeer.EndOfMessage;
import org.dmarcmilter.testing.MilterPeer.Reply;

/**
 * Hands one message to a milter as an MTA does and prints its replies, one a line: the command's letter and its text. A
 * program of its own, without libraries, because it runs inside the systems under test.
 *
 * <p>{@code MilterProbe SOCKET [FILE]}, with the socket in libmilter's words. The message is that of the file, or one from
 * example.com without a signature; it is sent by 192.0.2.99.
 * Exits 1 with the reason when the milter cannot be reached.
 */
final class MilterProbe {
    private MilterProbe() {}

    private static final String UNSIGNED = String.join(
            "\r\n",
            "From: Author <author@example.com>",
            "To: reader@example.net",
            "Date: Tue, 24 Nov 2026 08:00:00 +0000",
            "Message-ID: <1@example.com>",
            "Subject: probe",
            "",
            "");

    public static void main(String[] arguments) throws IOException {
        String message =
                arguments.length < 2 ? UNSIGNED : Files.readString(Path.of(arguments[1]), StandardCharsets.ISO_8859_1);
        try (MilterPeer mta = MilterPeer.connect(arguments[0])) {
            judge(mta, message);
        } catch (UncheckedIOException e) {
            System.out.println(e.getCause().getMessage());
            System.exit(1);
        }
    }

    private static void judge(MilterPeer mta, String message) {
        require(mta.connection("client.example.org", "192.0.2.99"));
        require(mta.helo("client.example.org"));
        require(mta.mail("author@example.com", Map.of("i", "PROBE1")));
        require(mta.rcpt("reader@example.net"));
        require(mta.data());
        mta.fields(message);
        require(mta.endOfHeaders());
        require(mta.body(message.substring(message.indexOf("\r\n\r\n") + 4)));
        EndOfMessage answer = mta.endOfMessage();
        answer.edits().forEach(MilterProbe::print);
        print(answer.verdict());
    }

    private static void require(Reply reply) {
        if (reply.code() != 'c') {
            throw new IllegalStateException("unexpected reply: " + reply);
        }
    }

    private static void print(Reply reply) {
        System.out.println((reply.code() + reply.payload()).replace('\0', ' ').strip());
    }
}
