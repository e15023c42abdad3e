package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The explanation of an SPF fail never changes the result (RFC 7208, section 6.2): whoever lets ours wait for the name server of an
 * {@code exp=} host is rejected like anybody else, through Postfix.
 */
@Timeout(120)
class SlowExplanationIT {
    private static final String RECORDS = """
            _dmarc.bank.example.    TXT "v=DMARC1; p=reject"
            bank.example.           TXT "v=spf1 -all exp=why.dead.example"
            mail.bank.example.      TXT "v=spf1 -all exp=%{i}.why.dead.example"
            hop.bank.example.       TXT "v=spf1 redirect=bank.example"
            attacker.example.       TXT "v=spf1 -all exp=why.dead.example"
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static DaemonUnderTest daemon;
    private static PostfixInstance postfix;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer live = peers.add(NameServer.start(directory, RECORDS));
        PartlyDeadDns dns = peers.add(PartlyDeadDns.start(live, "dead.example"));
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), """
                AuthservID mx.example.test
                RejectFailures yes
                SPFSelfValidate yes
                """));
        postfix = peers.add(PostfixInstance.start(directory, List.of(daemon.postfixAddress())));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            x@bank.example      | client.example    | the author domain's own record
            x@mail.bank.example | client.example    | an aligned subdomain, with a macro in the name
            x@hop.bank.example  | client.example    | the record that a redirect leads to
            x@attacker.example  | client.example    | the forger's own domain
            ''                  | mail.bank.example | the greeting of a bounce
            """)
    void isNotWaitedFor(String sender, String helo, String why) {
        try (SmtpClient client = SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo(helo)
                .xclient("ADDR=192.0.2.7 NAME=client.example HELO=" + helo)) {
            SmtpReply reply = client.send(sender, "user@local.test", """
                    From: Bank <service@bank.example>
                    To: user@local.test
                    Subject: your account
                    Date: Tue, 24 Nov 2026 10:00:00 +0000
                    Message-ID: <1@bank.example>

                    Nothing new, as ever.
                    """.replace("\n", "\r\n"));
            assertEquals("550 5.7.1 rejected by DMARC policy for bank.example", reply.toString(), why);
            assertFalse(daemon.log().contains("temperror"), daemon::log);
        }
    }
}
