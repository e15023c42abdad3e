package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dmarcmilter.testing.DataFile;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every milter session of OpenDMARC's own test suite, played to the daemon over its socket. */
@Timeout(60)
class MiltertestIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static NameServer dns;

    @BeforeAll
    static void startDns() {
        dns = NameServer.start(directory, """
                _dmarc.paypal.com.        TXT "v=DMARC1; p=reject"
                _dmarc.trusteddomain.org. TXT "v=DMARC1; p=none"
                trusteddomain.org.        TXT "v=spf1 ip4:192.0.2.1 -all"
                """);
    }

    @AfterAll
    static void stopDns() {
        dns.close();
    }

    static Stream<Named<JsonNode>> sessions() {
        JsonNode cases = DataFile.json("/opendmarc/miltertest.json").get("cases");
        return StreamSupport.stream(cases.spliterator(), false)
                .map(session -> Named.of(
                        session.get("id").asText() + ": " + session.get("what").asText(), session));
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void answersAsOpenDmarcDoes(JsonNode session) {
        String configuration = session.get("config").properties().stream()
                .map(option -> option.getKey() + " " + option.getValue().asText() + "\n")
                .collect(Collectors.joining());
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), configuration);
                MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            assertExpected(session.get("expect"), play(session, mta));
        }
    }

    private static MilterPeer.EndOfMessage play(JsonNode session, MilterPeer mta) {
        JsonNode client = session.get("connect");
        assertContinue(mta.connection(
                client.get("host").asText(), client.get("address").asText()));
        assertContinue(mta.helo("client.example"));
        Map<String, String> macros = session.get("macros").properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, macro -> macro.getValue().asText()));
        assertContinue(mta.mail(session.get("mail_from").asText(), macros));
        assertContinue(mta.rcpt("user@example.com"));
        assertContinue(mta.data());
        for (JsonNode field : session.get("headers")) {
            assertContinue(mta.header(field.get(0).asText(), field.get(1).asText()));
        }
        assertContinue(mta.endOfHeaders());
        assertContinue(mta.body("This is a test!\r\n"));
        return mta.endOfMessage();
    }

    private static void assertContinue(MilterPeer.Reply reply) {
        assertEquals(MilterPeer.Reply.CONTINUE, reply);
    }

    private static void assertExpected(JsonNode expected, MilterPeer.EndOfMessage answer) {
        String reply = expected.get("eom_reply").asText();
        if (reply.startsWith("replycode")) {
            assertEquals('y', answer.verdict().code(), answer::toString);
            assertTrue(answer.verdict().payload().startsWith("5"), answer::toString);
        } else if (reply.equals("reject")) {
            assertEquals('r', answer.verdict().code(), answer::toString);
        } else {
            assertTrue(answer.verdict().lets(), answer::toString);
        }
        expected.path("added_header_contains").properties().forEach(header -> {
            List<String> added = answer.added(header.getKey());
            assertTrue(
                    added.stream().anyMatch(value -> texts(header.getValue()).allMatch(value::contains)),
                    () -> header + " in " + answer);
        });
        expected.path("added_header_lacks_unquoted").properties().forEach(header -> {
            for (String value : answer.added(header.getKey())) {
                String unquoted = value.replaceAll("\"[^\"]*\"", "");
                assertFalse(texts(header.getValue()).anyMatch(unquoted::contains), value);
            }
        });
    }

    private static Stream<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText);
    }
}
