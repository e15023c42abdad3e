package org.dmarcmilter.packaging;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.testing.MilterPeer;
import org.dmarcmilter.testing.MilterPeer.EndOfMessage;
import org.dmarcmilter.testing.MilterPeer.Reply;

/**
 * Hands one message to a milter as an MTA does and prints its replies, one a line: the command's letter and its text. A
 * program of its own, without libraries, because it runs inside the systems under test.
 *
 * <p>{@code MilterProbe SOCKET}, with the socket in libmilter's words. The message is from example.com, sent by 192.0.2.99.
 * Exits 1 with the reason when the milter cannot be reached.
 */
final class MilterProbe {
    private MilterProbe() {}

    public static void main(String[] arguments) {
        try (MilterPeer mta = MilterPeer.connect(arguments[0])) {
            judge(mta);
        } catch (UncheckedIOException e) {
            System.out.println(e.getCause().getMessage());
            System.exit(1);
        }
    }

    private static void judge(MilterPeer mta) {
        require(mta.connection("client.example.org", "192.0.2.99"));
        require(mta.helo("client.example.org"));
        require(mta.mail("author@example.com", Map.of("i", "PROBE1")));
        require(mta.rcpt("reader@example.net"));
        require(mta.data());
        for (List<String> field : List.of(
                List.of("From", "Author <author@example.com>"),
                List.of("To", "reader@example.net"),
                List.of("Date", "Tue, 24 Nov 2026 08:00:00 +0000"),
                List.of("Message-ID", "<1@example.com>"),
                List.of("Subject", "probe"))) {
            require(mta.header(field.get(0), field.get(1)));
        }
        require(mta.endOfHeaders());
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
