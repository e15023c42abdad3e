package org.dmarcmilter.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a client asked for (RFC 9112, section 3). Of the request the first line counts, the Host field, and where its
 * header section ends. */
sealed interface HttpRequest {
    /**
     * A request that can be answered.
     *
     * @param method as it was sent
     * @param path of the origin form or the absolute form, decoded, without a query
     * @param host what the first Host field says, without a port; empty without one
     */
    record For(String method, String path, String host) implements HttpRequest {}

    /** The name of the field, with its colon. */
    String HOST = "Host:";

    /** No request line of HTTP/1. */
    record Malformed() implements HttpRequest {}

    /**
     * Reads what has come.
     *
     * @return empty while the header section has no end
     */
    static Optional<HttpRequest> read(byte[] octets, int length) {
        String text = new String(octets, 0, length, StandardCharsets.ISO_8859_1);
        if (!text.contains("\r\n\r\n") && !text.contains("\n\n")) {
            return Optional.empty();
        }
        String[] words = text.lines().findFirst().orElse("").split(" ", -1);
        Optional<String> path = words.length == 3 && words[2].startsWith("HTTP/1.") ? path(words[1]) : Optional.empty();
        return Optional.of(
                path.<HttpRequest>map(to -> new For(words[0], to, host(text))).orElseGet(Malformed::new));
    }

    private static String host(String text) {
        return text.lines()
                .skip(1)
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.regionMatches(true, 0, HOST, 0, HOST.length()))
                .map(line -> line.substring(HOST.length()).strip().replaceFirst(":[0-9]*$", ""))
                .findFirst()
                .orElse("");
    }

    private static Optional<String> path(String target) {
        try {
            return Optional.ofNullable(new URI(target).getPath());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
