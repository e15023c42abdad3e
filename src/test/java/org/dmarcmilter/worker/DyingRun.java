package org.dmarcmilter.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.store.DyingStore;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.testing.ChildJvm;

/** A run in a process of its own that is killed (SIGKILL) at a certain step. Ends with 0 if it never came there. */
public final class DyingRun {
    private static final String MORE = "ReportSpread 0\nReportRate 1000\n";

    private DyingRun() {}

    /** Three policy domains. */
    public static Place place(Path directory, int smtpPort) throws ConfigException {
        return TestPlace.of(
                directory,
                smtpPort,
                MORE,
                "d0.example: p=none; rua=mailto:a@d0.example, d1.example: p=none; rua=mailto:a@d1.example,"
                        + " d2.example: p=none; rua=mailto:a@d2.example");
    }

    /** A run at a certain time. */
    public static void run(Store store, Place place, Instant now) throws IOException {
        new Run(store, place, Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), now)))
                .all(new Budget(Duration.ofMinutes(1), System::nanoTime, () -> false));
    }

    /** Directory, port, time, statement, number, whether it is committed. */
    public static void main(String[] arguments) throws IOException, ConfigException {
        ChildJvm.endWithTheTest();
        Place place = place(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        Instant now = Instant.parse(arguments[2]);
        try (Store store = DyingStore.open(
                place.directory(),
                place.rules(),
                now,
                arguments[3],
                Integer.parseInt(arguments[4]),
                Boolean.parseBoolean(arguments[5]))) {
            run(store, place, now);
        }
        System.exit(0);
    }
}
