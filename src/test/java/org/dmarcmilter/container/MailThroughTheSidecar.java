package org.dmarcmilter.container;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.documents.Page;
import org.dmarcmilter.endtoend.DeliveredMessage;
import org.dmarcmilter.endtoend.DkimKey;
import org.dmarcmilter.endtoend.ReceivedReport;
import org.dmarcmilter.endtoend.SmtpClient;
import org.dmarcmilter.endtoend.SmtpReply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.testcontainers.containers.ContainerState;

/** Mail through the services of {@code docker/compose.yaml}: what the sender is told, and what the user gets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MailThroughTheSidecar {
    private static final String SIDECAR = "dmarc-milter";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final DkimKey SIGNED = DkimKey.of("signed.example");

    private TestNetwork network;
    private ComposeProject project;
    private ContainerState postfix;

    /** The Compose files, names in {@code docker/}. */
    abstract List<String> composeFiles();

    /** Under whose name DKIM results are in the mail. */
    String verifier() {
        return "dkim.local.test";
    }

    /** What the images are built from, as variables of the Compose files. */
    Map<String, String> buildVariables() {
        return Engine.buildVariables();
    }

    /** Sees to whatever building needs. */
    void prepare() {}

    @BeforeAll
    void start() {
        Engine.require();
        prepare();
        network = TestNetwork.start(ownAddress -> """
                _dmarc.signed.example.      TXT "v=DMARC1; p=reject"
                _dmarc.spf.example.         TXT "v=DMARC1; p=reject"
                spf.example.                TXT "v=spf1 ip4:%s -all"
                _dmarc.strict.example.      TXT "v=DMARC1; p=reject"
                strict.example.             TXT "v=spf1 -all"
                _dmarc.quarantine.example.  TXT "v=DMARC1; p=quarantine"
                _dmarc.none.example.        TXT "v=DMARC1; p=none"
                _dmarc.asking.example.      TXT "v=DMARC1; p=none; rua=mailto:asking@local.test"
                asking.example._report._dmarc.local.test. TXT "v=DMARC1"
                unpublished.example.        A   192.0.2.1
                """.formatted(ownAddress) + SIGNED.record());
        project = ComposeProject.up(network, composeFiles(), buildVariables());
        postfix = project.service("postfix");
        await("Postfix greets").atMost(LIMIT).ignoreExceptions().until(() -> {
            client().close();
            return true;
        });
    }

    @AfterAll
    void stop() {
        try {
            if (project != null) {
                project.close();
            }
        } finally {
            if (network != null) {
                network.close();
            }
        }
    }

    @Test
    void passesByDkim() {
        try (SmtpClient client = client()) {
            String id = client.send("a@elsewhere.example", "dkim@local.test", SIGNED.sign(message("signed.example")))
                    .queueId();
            DeliveredMessage delivered = delivered("dkim");
            assertEquals(
                    result("pass (p=reject dis=none) header.from=signed.example policy.dmarc=reject"), delivered.top());
            assertTrue(
                    delivered.values("Authentication-Results").stream()
                            .anyMatch(value -> value.startsWith(verifier() + "; ") && value.contains("dkim=pass")),
                    () -> "the result of who verified it: " + delivered.fields());
            awaitSidecarLog(id + ": signed.example pass");
        }
    }

    @Test
    void passesByTheSidecarsOwnSpfCheck() {
        try (SmtpClient client = client()) {
            String id = client.send("a@spf.example", "spf@local.test", message("spf.example"))
                    .queueId();
            DeliveredMessage delivered = delivered("spf");
            assertEquals(
                    result("pass (p=reject dis=none) header.from=spf.example policy.dmarc=reject"), delivered.top());
            assertTrue(
                    delivered
                            .values("Authentication-Results")
                            .contains("mx.local.test; spf=pass smtp.mailfrom=spf.example"),
                    () -> delivered.fields().toString());
            awaitSidecarLog(id + ": spf.example pass");
        }
    }

    @Test
    void rejectsAFailureOfPolicyReject() {
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send("a@strict.example", "reject@local.test", message("strict.example"));
            assertEquals("550 5.7.1 rejected by DMARC policy for strict.example", reply.toString());
            awaitPostfixLog("milter-reject: END-OF-MESSAGE", "<reject@local.test>");
            assertEquals(List.of(), mailbox("reject"));
        }
    }

    @Test
    void rejectsABrokenSignature() {
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send(
                    "a@signed.example",
                    "broken@local.test",
                    SIGNED.sign(message("signed.example")).replace("as ever", "never again"));
            assertEquals("550 5.7.1 rejected by DMARC policy for signed.example", reply.toString());
        }
    }

    @Test
    void believesNoResultFromOutside() {
        String forged = Stream.of("mx.local.test", "dkim.local.test")
                .map(name -> "Authentication-Results: " + name + "; spf=pass smtp.mailfrom=strict.example;"
                        + " dkim=pass header.d=strict.example\r\n")
                .reduce("", String::concat);
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send("a@strict.example", "forged@local.test", forged + message("strict.example"));
            assertEquals("550 5.7.1 rejected by DMARC policy for strict.example", reply.toString());
            client.send("a@none.example", "forged@local.test", forged + message("none.example"))
                    .expect(250);
            String fields = delivered("forged").fields().toString();
            assertFalse(fields.contains("strict.example"), fields);
        }
    }

    @Test
    void holdsAFailureOfPolicyQuarantine() {
        try (SmtpClient client = client()) {
            String id = client.send("a@quarantine.example", "held@local.test", message("quarantine.example"))
                    .queueId();
            awaitPostfixLog(id + ": milter-hold: END-OF-MESSAGE", "<held@local.test>");
            assertTrue(
                    inPostfix("postqueue", "-j").contains("{\"queue_name\": \"hold\", \"queue_id\": \"" + id + "\""));
            assertEquals(List.of(), mailbox("held"));
        }
    }

    @Test
    void deliversAFailureOfPolicyNone() {
        try (SmtpClient client = client()) {
            String id = client.send("a@none.example", "none@local.test", message("none.example"))
                    .queueId();
            assertEquals(
                    result("fail (p=none dis=none) header.from=none.example policy.dmarc=none"),
                    delivered("none").top());
            awaitSidecarLog(id + ": none.example fail");
        }
    }

    @Test
    void reportsToAMailboxAsThePageSays() {
        try (SmtpClient client = client()) {
            client.send("a@asking.example", "mail@local.test", message("asking.example"))
                    .expect(250);
        }
        List<String> commands = Page.AGGREGATE_REPORTS.blocks("## Try it in containers").stream()
                .skip(1) // which starts the containers
                .flatMap(String::lines)
                .toList();
        String run = commands.get(0);
        // What was just recorded may not be on the disk yet, and the service's own run may have the store.
        await("a report").atMost(LIMIT).until(() -> {
            project.shell(run);
            return !mailbox("asking").isEmpty();
        });
        String list = project.shell(commands.get(1));
        assertTrue(list.contains("asking.example"), list);
        assertTrue(list.matches("(?s).* asking@local\\.test +sent .* reports@local\\.test +sent .*"), list);
        String mails = project.shell(commands.get(2));
        assertTrue(mails.contains("Subject: Report Domain: asking.example Submitter: local.test"), mails);

        ReceivedReport report = ReceivedReport.of(delivered("asking"));
        assertTrue(report.check().isValid(), report.check()::toString);
        assertEquals("asking.example", report.text("policy_published/domain"));
        assertEquals(1, report.rows().size());
        assertTrue(
                report.rows()
                        .get(0)
                        .contains(" x1 none dkim=fail spf=fail reasons=[] asking.example asking.example [] "
                                + "[asking.example/mfrom/none]"),
                report.rows()::toString);
        assertEquals(report.rows(), ReceivedReport.of(delivered("reports")).rows());
    }

    @Test
    void deliversWhatHasNoRecord() {
        try (SmtpClient client = client()) {
            client.send("a@unpublished.example", "unpublished@local.test", message("unpublished.example"))
                    .expect(250);
            assertEquals(
                    result("none (p=none dis=none) header.from=unpublished.example policy.dmarc=none"),
                    delivered("unpublished").top());
        }
    }

    @Test
    void mailWaitsWhileTheSidecarIsAwayAndIsJudgedAfterwards() {
        project.stop(SIDECAR);
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send("a@strict.example", "later@local.test", message("strict.example"));
            assertTrue(reply.toString().startsWith("451 4.7.1"), reply::toString);
        } finally {
            project.start(SIDECAR);
        }
        try (SmtpClient client = client()) {
            client.send("a@strict.example", "later@local.test", message("strict.example"))
                    .expect(550);
            client.send("a@spf.example", "later@local.test", message("spf.example"))
                    .expect(250);
            assertTrue(delivered("later").top().contains("dmarc=pass"));
        }
    }

    /** The sidecar's log up to now: all it writes to standard output and standard error. */
    String sidecarLog() {
        return project.service(SIDECAR).getLogs();
    }

    /** What a command in Postfix's container prints. */
    String inPostfix(String... command) {
        try {
            var result = postfix.execInContainer(command);
            assertEquals(0, result.getExitCode(), result::toString);
            return result.getStdout();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private SmtpClient client() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return SmtpClient.connect(loopback, new InetSocketAddress(loopback, postfix.getMappedPort(25)))
                .ehlo("client.example");
    }

    private void awaitSidecarLog(String end) {
        await("the sidecar's log line \"" + end + "\"")
                .atMost(LIMIT)
                .until(() -> sidecarLog().lines().anyMatch(line -> line.endsWith(" " + end)));
    }

    private void awaitPostfixLog(String... parts) {
        await("Postfix's log: " + String.join(", ", parts))
                .atMost(LIMIT)
                .until(() -> postfix.getLogs()
                        .lines()
                        .anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
    }

    private DeliveredMessage delivered(String user) {
        return await("mail for " + user)
                .atMost(LIMIT)
                .until(() -> mailbox(user).stream().findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    private List<DeliveredMessage> mailbox(String user) {
        // One message ends with a line of its own that no message contains.
        String all =
                inPostfix("sh", "-c", "for f in /var/mail/all/new/*; do [ ! -e $f ] || { cat $f; echo =END=; }; done");
        return Arrays.stream(all.split("(?m)^=END=\\n"))
                .filter(text -> !text.isBlank())
                .map(DeliveredMessage::parse)
                .filter(message -> message.recipient().equals(user + "@local.test"))
                .toList();
    }

    private static String message(String authorDomain) {
        return """
                From: Sender <sender@%s>
                To: user@local.test
                Subject: news
                Date: Tue, 24 Nov 2026 10:00:00 +0000
                Message-ID: <1@%1$s>

                Nothing new, as ever.
                """.formatted(authorDomain).replace("\n", "\r\n");
    }

    private static String result(String dmarc) {
        return "Authentication-Results: mx.local.test; dmarc=" + dmarc;
    }
}
