package org.dmarcmilter.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What systemd is told, by a program in the place of systemd-notify that writes down its arguments. */
class ServiceManagerTest {
    private static final Map<String, String> UNDER_SYSTEMD = Map.of("NOTIFY_SOCKET", "/run/systemd/notify");

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # version                       | times | why
        systemd 239 (239-82.el8_10.15)  | 5     | Rocky Linux 8: a message may get lost
        systemd 245 (245.4-4ubuntu3.24) | 5     | the last one that does not wait
        systemd 246 (246.6)             | 1     | the first one that waits
        systemd 252 (252-55.el9_7)      | 1     | Rocky Linux 9
        elogind                         | 1     | no version
        """)
    void repeatsWhatMayGetLost(String version, int times, String why) throws IOException {
        FakeSystemdNotify notify = FakeSystemdNotify.in(folder, version);
        try (ServiceManager manager = new ServiceManager(UNDER_SYSTEMD, notify.program())) {
            manager.ready(() -> true);
            manager.stopping();
        }
        assertEquals("READY=1\n".repeat(times) + "STOPPING=1\n".repeat(times), notify.sent(), why);
    }

    @Test
    void saysSoAgainWhileItMayNotHaveBeenHeard() throws IOException {
        FakeSystemdNotify notify = FakeSystemdNotify.in(folder, "systemd 239");
        try (ServiceManager manager = new ServiceManager(UNDER_SYSTEMD, notify.program())) {
            manager.ready(() -> true);
            await().atMost(Duration.ofMinutes(1)).until(() -> notify.sent().startsWith("READY=1\n".repeat(6)));
            manager.stopping();
        }
        assertTrue(notify.sent().endsWith("STOPPING=1\n".repeat(5)), notify.sent());
    }

    @Test
    void runsNothingWithoutAServiceManager() throws IOException {
        FakeSystemdNotify notify = FakeSystemdNotify.in(folder, "systemd 239");
        try (ServiceManager manager = new ServiceManager(Map.of(), notify.program())) {
            manager.ready(() -> true);
        }
        assertEquals("", notify.sent());
    }
}
