package org.dmarcmilter.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.store.JournalImport;
import org.dmarcmilter.store.StoreStatus;

/** {@code status.json}: what the last run has seen, for programs and for the next run. Written beside and then put in place. */
final class StatusFile {
    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final Map<String, Long> numbers = new HashMap<>();

    /**
     * What a run leaves.
     *
     * @param told when an error was logged
     * @param error the last one of this run
     * @param expired when old rows were last forgotten
     */
    record Ended(
            Instant begin,
            Instant end,
            JournalImport.Summary imported,
            StoreStatus store,
            Optional<Instant> told,
            Optional<String> error,
            Instant expired) {}

    /** Reads what the last run has left; a file that is missing or no JSON says nothing. */
    StatusFile(Path file) {
        this.file = file;
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_NUMBER_INT) {
                    numbers.put(parser.currentName(), parser.getLongValue());
                }
            }
        } catch (IOException e) {
            numbers.clear();
        }
    }

    /** When an error was last logged. */
    Optional<Instant> told() {
        return Optional.ofNullable(numbers.get("error_logged")).map(Instant::ofEpochSecond);
    }

    /** When old rows were last forgotten. */
    Instant expired() {
        return Instant.ofEpochSecond(numbers.getOrDefault("expired", 0L));
    }

    /** Writes what this run leaves. */
    void write(Ended run) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (JsonGenerator json = JSON.createGenerator(Files.newBufferedWriter(fresh))) {
            json.writeStartObject();
            json.writeNumberField("last_run", run.end().getEpochSecond());
            json.writeNumberField(
                    "last_run_seconds", Duration.between(run.begin(), run.end()).toSeconds());
            json.writeNumberField("expired", run.expired().getEpochSecond());
            if (run.told().isPresent()) {
                json.writeNumberField("error_logged", run.told().get().getEpochSecond());
            }
            json.writeStringField("error", run.error().orElse(""));
            json.writeNumberField("imported", run.imported().messages());
            json.writeNumberField("late", run.imported().late());
            json.writeNumberField("skipped", run.imported().skipped());
            json.writeNumberField("facts_merged", run.imported().merged());
            StatusFields.write(json, run.store());
            json.writeEndObject();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
