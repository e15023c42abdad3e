package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.store.StoredReports;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code report run} is killed (SIGKILL) at every step of a dialogue; the runs after it send each report once, or twice with equal
 * identifiers and a warning.
 */
@Timeout(300)
class ReportCrashIT {
    private static final int REPORTS = 3;

    /** Leases are over by then. */
    private static final List<String> TIMES =
            List.of("2026-11-28T01:00:00Z", "2026-11-28T01:11:00Z", "2026-11-28T01:22:00Z");

    @TempDir
    Path directory;

    private final AtomicReference<Optional<Process>> victim = new AtomicReference<>(Optional.empty());
    private volatile String killAt = "";
    private final AtomicInteger killIn = new AtomicInteger();
    private ScriptedSmtpServer server;
    private Path configuration;
    private Path state;
    private int logs;

    @BeforeEach
    void fill() throws IOException {
        server = new ScriptedSmtpServer(this::reply);
        fill("reports");
    }

    private void fill(String name) throws IOException {
        state = directory.resolve(name);
        StoredReports reports = new StoredReports(state);
        StringBuilder zone = new StringBuilder();
        for (int i = 0; i < REPORTS; i++) {
            reports.add(name + "report" + i, "d" + i + ".example", Standard.RFC9989, StoredReports.rows());
            zone.append("_dmarc.d" + i + ".example v=DMARC1; p=none; rua=mailto:a@d" + i + ".example\n");
        }
        Path records = Files.writeString(directory.resolve("zone"), zone);
        configuration = Files.writeString(
                directory.resolve("conf"),
                "AggregateReports true\nReportEmail reports@rep.example\nReportStateDirectory " + state
                        + "\nReportSMTPPort " + server.port() + "\nTestDNSData " + records
                        + "\nNameservers 127.0.0.1:1\n");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String reply(String line) {
        if (!killAt.isEmpty() && line.startsWith(killAt) && killIn.decrementAndGet() == 0) {
            victim.get().ifPresent(process -> {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                awaitEnd(process);
            });
        }
        return ScriptedSmtpServer.usual(line);
    }

    /** Whoever is killed before the end of the mail has sent nothing, but the next run cannot know that, and says so. */
    @ParameterizedTest(name = "at {0} of mail {1}: {2} mails")
    @CsvSource({
        "GREETING, 1, 3, true",
        "EHLO, 1, 3, true",
        "MAIL, 1, 3, true",
        "RCPT, 2, 3, true",
        "DATA, 2, 3, true",
        "END, 1, 4, true",
        "END, 3, 4, true",
        "QUIT, 1, 3, false"
    })
    void isKilledInADialogue(String step, int mail, int mails, boolean warning) throws Exception {
        killAt = step;
        killIn.set(mail);
        run(0);
        killAt = "";
        boolean warned = finish();
        assertEquals(mails, server.mails().size());
        assertEquals(warning, warned, "a mail that may have gone out twice is a warning");
        assertOnceOrEqual(server.mails());
    }

    /** Runs until all is sent; whether there was a warning. */
    private boolean finish() throws Exception {
        boolean warned = false;
        for (int time = 1; time < TIMES.size(); time++) {
            warned |= run(time).contains("sending again with the same identifiers");
        }
        String list = PeerProcess.run(
                directory.resolve("list"),
                DaemonUnderTest.command("report", "list", "--state", "done", "-c", configuration.toString()));
        assertEquals(
                REPORTS, list.lines().filter(line -> line.contains(" sent")).count(), list);
        return warned;
    }

    private static void assertOnceOrEqual(List<String> mails) {
        Map<String, List<String>> byId = new TreeMap<>();
        for (String mail : mails) {
            byId.computeIfAbsent(field(mail, "Message-ID"), id -> new ArrayList<>())
                    .add(field(mail, "Subject"));
        }
        assertEquals(REPORTS, byId.size(), byId::toString);
        byId.forEach((id, subjects) -> {
            assertTrue(subjects.size() <= 2, byId::toString);
            assertEquals(1, subjects.stream().distinct().count(), byId::toString);
        });
    }

    private static String field(String mail, String name) {
        return mail.replaceAll("(?s).*?\r\n" + name + ": ((?:[^\r]|\r\n )*).*", "$1");
    }

    private String run(int time) throws Exception {
        Process process = start(TIMES.get(time));
        victim.set(Optional.of(process));
        awaitEnd(process);
        return Files.readString(directory.resolve("run." + logs + ".log"));
    }

    private Process start(String now) throws IOException {
        logs++;
        return new ProcessBuilder(
                        DaemonUnderTest.command("report", "run", "--now", now, "-c", configuration.toString()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("run." + logs + ".log").toFile())
                .start();
    }

    private static void awaitEnd(Process process) {
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
