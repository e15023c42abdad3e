package org.dmarcmilter.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Header text for tests: readable tables, and any octet that a table cannot show. */
public final class Octets {
    private static final Pattern ESCAPE = Pattern.compile("\\{(NUL|TAB|LF|CRLF|[0-9A-F]{2}(?: [0-9A-F]{2})*)}");

    private Octets() {}

    /** One character per octet of the text in UTF-8, with {@code {NUL}}, {@code {TAB}}, {@code {LF}}, {@code {CRLF}} and {@code {C3 A4}} replaced. */
    public static String of(String readable) {
        String octets = new String(readable.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return ESCAPE.matcher(octets).replaceAll(match -> switch (match.group(1)) {
            case "NUL" -> "\0";
            case "TAB" -> "\t";
            case "LF" -> "\n";
            case "CRLF" -> "\r\n";
            default ->
                new String(HexFormat.ofDelimiter(" ").parseHex(match.group(1)), StandardCharsets.ISO_8859_1)
                        .replace("\\", "\\\\")
                        .replace("$", "\\$");
        });
    }

    /** The rows of a table in the resources: cells between {@code " | "}, lines that begin with {@code #} are remarks. */
    public static List<List<String>> table(String resource) {
        try (InputStream in = Octets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(line -> List.of(line.split(" \\| ", -1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
