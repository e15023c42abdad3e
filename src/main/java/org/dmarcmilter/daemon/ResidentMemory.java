package org.dmarcmilter.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What this process takes of the machine's memory: VmRSS of {@code /proc/self/status} (proc(5)). */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "VmRSS:";
    private static final int KIB = 1_024;

    private ResidentMemory() {}

    /** Octets; empty where the system does not tell. */
    static Optional<Long> octets() {
        try {
            return octets(Files.readString(STATUS, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<Long> octets(String status) {
        return status.lines()
                .filter(line -> line.startsWith(FIELD))
                .map(line -> line.substring(FIELD.length()).strip().split(" ", 2)[0])
                .filter(number -> number.matches("[0-9]{1,15}"))
                .map(number -> Long.parseLong(number) * KIB)
                .findFirst();
    }
}
