package org.dmarcmilter.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportRunTest {
    @Test
    void readsWhatTheRunHasWritten(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("status.json"), """
            {"last_run":1795493204,"last_run_seconds":3,"expired":1,"error":"no \\u001b[31m server","imported":7,"late":0,
            "store_bytes":4096,"resent":0,"waiting":2,"oldest_waiting":1795490000,"suppressed":1,"reports":{"waiting":2,"done":5},
            "deliveries":[{"state":"sent","cause":"","number":9}]}
            """);
        ReportRun run = ReportRun.read(file).orElseThrow();
        assertEquals(Instant.ofEpochSecond(1_795_493_204), run.end());
        assertEquals(
                "3 7 2 1 4096",
                run.seconds() + " " + run.messages() + " " + run.waiting() + " " + run.suppressed() + " "
                        + run.storeOctets());
        assertEquals(Optional.of(Instant.ofEpochSecond(1_795_490_000)), run.oldestWaiting());
        assertEquals("{done=5, waiting=2}", run.reports().toString(), "and none of the numbers of deliveries");
        assertEquals(-1, run.error().indexOf(0x1b), "nothing that moves a cursor");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "[]",
                "{}",
                "{\"last_run\":",
                "{\"reports\":{\"last_run\":1}}",
                "{\"last_run\":99999999999999999999}",
                "7"
            })
    void takesNothingFromAnotherFile(String text) {
        assertEquals(Optional.empty(), ReportRun.read(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void saysNothingWithoutAFile(@TempDir Path folder) {
        assertEquals(Optional.empty(), ReportRun.read(folder.resolve("status.json")));
        assertEquals(Optional.empty(), ReportRun.read(folder));
    }
}
