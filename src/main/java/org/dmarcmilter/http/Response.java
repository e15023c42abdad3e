package org.dmarcmilter.http;

import java.util.List;

/**
 * An answer.
 *
 * @param status code and words
 * @param type the media type of the body
 * @param fields further header fields, each a line without its end
 * @param body text
 */
public record Response(String status, String type, List<String> fields, String body) {
    private static final String PLAIN = "text/plain; charset=utf-8";

    public Response {
        fields = List.copyOf(fields);
    }

    /** What was asked for. */
    public static Response ok(String type, String body) {
        return new Response("200 OK", type, List.of(), body);
    }

    /** What was asked for, in words. */
    public static Response text(String body) {
        return ok(PLAIN, body);
    }

    /** For programs: 200 while it says that all is well, else 503. */
    public static Response json(boolean well, String body) {
        return new Response(well ? "200 OK" : "503 Service Unavailable", "application/json", List.of(), body);
    }

    /**
     * A page for people.
     *
     * @param policy what it may load and run (Content-Security-Policy)
     */
    public static Response html(String body, String policy) {
        return new Response(
                "200 OK",
                "text/html; charset=utf-8",
                List.of("Content-Security-Policy: " + policy, "Referrer-Policy: no-referrer"),
                body);
    }

    static Response error(String status, String body) {
        return new Response(status, PLAIN, List.of(), body);
    }
}
