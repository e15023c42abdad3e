package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that may open few files, and more connections than that. */
@Timeout(60)
class OpenFilesIT {
    private static final Duration LOG_LIMIT = Duration.ofSeconds(20);
    private static final int LIMIT = 200;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void mailGoesOnForThoseThatAreOpen() throws IOException {
        List<MilterPeer> peers = new ArrayList<>();
        try (NameServer dns = NameServer.start(directory, "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n");
                DaemonUnderTest daemon = DaemonUnderTest.startWith(
                        List.of("prlimit", "--nofile=" + LIMIT), directory, dns.address(), "DNSCacheSize 0\n")) {
            assertTrue(
                    daemon.log()
                            .contains(
                                    "only 200 files may be open, where MaxConnections 2500 needs 5000: more than 100"),
                    daemon::log);
            for (int i = 0; i < LIMIT / 2; i++) {
                peers.add(MilterPeer.connect(daemon.socket()));
            }
            int port = Integer.parseInt(daemon.socket().replaceAll("inet:(\\d+)@.*", "$1"));
            for (int i = 0; i < LIMIT; i++) {
                new Socket("127.0.0.1", port).close();
            }
            await().atMost(LOG_LIMIT).until(() -> daemon.log().contains("100 milter connections are open, no more"));
            for (MilterPeer peer : peers.subList(0, 20)) {
                peer.connection("client.example", "192.0.2.7");
                peer.mail("bounce@example.com", Map.of("i", "QUEUEID"));
                peer.rcpt("user@local.test");
                peer.data();
                peer.header("From", "a@example.com");
            }
            for (MilterPeer peer : peers.subList(0, 20)) {
                peer.endOfHeaders();
                assertTrue(peer.endOfMessage().toString().contains("dmarc=fail"), daemon::log);
            }
            assertEquals(
                    1,
                    daemon.log()
                            .lines()
                            .filter(line -> line.contains("no more are allowed"))
                            .count());
            assertFalse(daemon.log().contains("Exception"), daemon::log);
            assertFalse(daemon.log().contains("has not answered"), daemon::log);
        } finally {
            peers.forEach(MilterPeer::close);
        }
    }
}
