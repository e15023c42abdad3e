package org.dmarcmilter.dkim;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.dmarcmilter.dkim.DkimVerification.Findings;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;

/** A message as a milter gets it: fields, and the body in pieces. */
record WireMessage(List<HeaderField> fields, byte[] body, int pieceSize) {

    /** Reads a message with lines that end with CRLF, one character per octet. */
    static WireMessage of(String text) {
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n");
        String header = end < 0 ? text : text.substring(0, end == 0 ? 0 : end + 2);
        String body = end < 0 ? "" : text.substring(end == 0 ? 2 : end + 4);
        List<HeaderField> fields = new ArrayList<>();
        for (String line : header.split("\r\n(?![ \t])")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                boolean spaced = line.startsWith(" ", colon + 1);
                fields.add(new HeaderField(
                        line.substring(0, colon), spaced ? " " : "", line.substring(colon + (spaced ? 2 : 1))));
            }
        }
        return new WireMessage(fields, body.getBytes(StandardCharsets.ISO_8859_1), Integer.MAX_VALUE);
    }

    /** The forms in which one message may come: whole, with LF for folds as of a real MTA, and with its body in small pieces. */
    Stream<WireMessage> forms() {
        List<HeaderField> folded = fields.stream()
                .map(field -> new HeaderField(
                        field.name(), field.space(), field.value().replace("\r\n", "\n")))
                .toList();
        return Stream.of(
                this,
                new WireMessage(folded, body, Integer.MAX_VALUE),
                new WireMessage(folded, body, 1),
                new WireMessage(folded, body, 7));
    }

    /** What comes out, with a DNS that answers at once. */
    Findings verify(Predicate<ArcChain> isTrusted, long now, DnsClient dns) {
        List<DomainName> authors = AuthorDomain.of(new Headers(fields)).domains();
        DkimVerification verification = DkimVerification.begin(
                fields, authors, isTrusted, Instant.ofEpochSecond(now), dns, new PublishedKeys());
        for (int at = 0; at < body.length; at += Math.min(pieceSize, body.length)) {
            int length = Math.min(pieceSize, body.length - at);
            ByteBuffer piece = pieceSize == 7 ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
            piece.put(body, at, length).flip();
            verification.body(piece.asReadOnlyBuffer());
        }
        return verification.end().toCompletableFuture().join();
    }
}
