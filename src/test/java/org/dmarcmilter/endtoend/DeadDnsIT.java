package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A zone whose servers are dead delays the messages that need it, those only, and not for long. */
@Timeout(60)
class DeadDnsIT {
    private static final String CONFIGURATION = "AuthservID mx.example.test\nRejectFailures yes\nDNSTimeout 2\n";

    /** Longer than the test may take, so that whoever waits for the dead zone is never answered. */
    private static final String PATIENT = "AuthservID mx.example.test\nDNSTimeout 60\nMaxEvaluationTime 240\n";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private NameServer live;
    private PartlyDeadDns dns;

    @BeforeEach
    void startDns() {
        live = NameServer.start(directory, """
                *.live.example.        TXT "v=DMARC1; p=none"
                *.spf.example.         TXT "v=DMARC1; p=reject"
                """);
        dns = PartlyDeadDns.start(live, "dead.example");
    }

    @AfterEach
    void stopDns() {
        dns.close();
        live.close();
    }

    @Test
    void delaysOnlyTheMessagesThatNeedIt() {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), PATIENT);
                Peers open = new Peers()) {
            for (int i = 0; i < 10; i++) {
                MilterPeer waiting = message(daemon, "d" + i + ".dead.example");
                open.add(waiting::close);
                waiting.sendEndOfMessage();
            }
            for (int i = 0; i < 20; i++) {
                try (MilterPeer mta = message(daemon, "a" + i + ".live.example")) {
                    assertTrue(result(mta.endOfMessage()).contains("dmarc=fail (p=none dis=none)"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SPFSelfValidate yes\n"})
    void givesTheMessagesThatNeedItATemporaryError(String option) {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), CONFIGURATION + option);
                MilterPeer mta = message(daemon, "sender.dead.example")) {
            assertTrue(result(mta.endOfMessage()).contains("dmarc=temperror"));
            daemon.awaitLog("Qsender.dead.example: sender.dead.example temperror");
        }
    }

    @Test
    void putsTheMessageOffWhereTheOperatorSaysSo() {
        try (DaemonUnderTest daemon =
                        DaemonUnderTest.start(directory, dns.address(), CONFIGURATION + "OnTemporaryError tempfail\n");
                MilterPeer mta = message(daemon, "sender.dead.example")) {
            MilterPeer.Reply verdict = mta.endOfMessage().verdict();
            assertTrue(
                    verdict.code() == 't' || (verdict.code() + verdict.payload()).startsWith("y4"), verdict::toString);
        }
    }

    /** Our result; the message is let through. */
    private static String result(MilterPeer.EndOfMessage answer) {
        assertTrue(answer.verdict().lets(), answer::toString);
        return String.join("\n", answer.added("Authentication-Results"));
    }

    /** A message from this domain, up to its end. */
    private static MilterPeer message(DaemonUnderTest daemon, String domain) {
        MilterPeer mta = MilterPeer.connect(daemon.socket());
        assertEquals(MilterPeer.Reply.CONTINUE, mta.connection("client.example", "192.0.2.7"));
        mta.helo("client.example");
        mta.mail("bounce@" + domain, Map.of("i", "Q" + domain));
        mta.rcpt("user@local.test");
        mta.data();
        mta.header("From", "sender@" + domain);
        mta.header("Subject", "news");
        mta.endOfHeaders();
        mta.body("Nothing new.\r\n");
        return mta;
    }
}
