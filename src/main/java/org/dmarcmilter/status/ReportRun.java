package org.dmarcmilter.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dmarcmilter.text.Printable;

/**
 * What the last {@code dmarc-milter report run} has left in {@code status.json}, as far as the daemon tells of it.
 *
 * @param end when it ended
 * @param seconds how long it took
 * @param error the last thing that went wrong in it, printable; empty if nothing did
 * @param messages messages that it took from the journal
 * @param waiting reports that wait to be sent
 * @param oldestWaiting since when the oldest of them waits
 * @param suppressed addresses that get none
 * @param storeOctets the size of the store
 * @param reports how many reports are in which state
 */
public record ReportRun(
        Instant end,
        long seconds,
        String error,
        long messages,
        long waiting,
        Optional<Instant> oldestWaiting,
        long suppressed,
        long storeOctets,
        SortedMap<String, Long> reports) {
    /** The file has some hundred octets; another one is none of ours. */
    private static final int MOST_OCTETS = 64 << 10;

    /** There are fewer states. */
    private static final int MOST_STATES = 16;

    private static final int MOST_ERROR = 500;

    /** JSON pointers (RFC 6901) begin with it. */
    private static final String REPORTS = "/reports/";

    private static final JsonFactory JSON = new JsonFactory();

    public ReportRun {
        reports = Collections.unmodifiableSortedMap(new TreeMap<>(reports));
    }

    /**
     * Reads the file.
     *
     * @param file {@code status.json} in ReportStateDirectory
     * @return empty if it is not there, cannot be read, or is no such file
     */
    public static Optional<ReportRun> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in.readNBytes(MOST_OCTETS));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<ReportRun> read(byte[] octets) {
        TreeMap<String, Long> numbers = new TreeMap<>();
        TreeMap<String, Long> reports = new TreeMap<>();
        String error = "";
        try (JsonParser parser = JSON.createParser(octets)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                String path = parser.getParsingContext().pathAsPointer().toString();
                if (token == JsonToken.VALUE_NUMBER_INT && path.lastIndexOf('/') == 0) {
                    numbers.put(path.substring(1), parser.getLongValue());
                } else if (token == JsonToken.VALUE_NUMBER_INT
                        && path.startsWith(REPORTS)
                        && reports.size() < MOST_STATES) {
                    reports.put(Printable.of(path.substring(REPORTS.length())), parser.getLongValue());
                } else if (token == JsonToken.VALUE_STRING && path.equals("/error")) {
                    error = Printable.of(parser.getText(), MOST_ERROR);
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        if (!numbers.containsKey("last_run")) {
            return Optional.empty();
        }
        return Optional.of(new ReportRun(
                Instant.ofEpochSecond(numbers.getOrDefault("last_run", 0L)),
                numbers.getOrDefault("last_run_seconds", 0L),
                error,
                numbers.getOrDefault("imported", 0L),
                numbers.getOrDefault("waiting", 0L),
                Optional.of(numbers.getOrDefault("oldest_waiting", 0L))
                        .filter(seconds -> seconds > 0)
                        .map(Instant::ofEpochSecond),
                numbers.getOrDefault("suppressed", 0L),
                numbers.getOrDefault("store_bytes", 0L),
                reports));
    }
}
