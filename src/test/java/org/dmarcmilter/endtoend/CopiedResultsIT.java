package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What OpenDKIM and pypolicyd-spf copy from a sender into their fields, through Postfix: it gets nobody a pass. */
class CopiedResultsIT {
    private static final String OURS = "mx.example.test";
    private static final String OPENDKIM = "dkim.example.test";
    private static final String SPF_CHECKER = "spf.example.test";
    private static final String REFUSED = "550 5.7.1 rejected by DMARC policy for bank.example";

    private static final String RECORDS = """
            _dmarc.bank.example.       TXT "v=DMARC1; p=reject"
            bank.example.              TXT "v=spf1 ip4:192.0.2.99 -all"
            _dmarc.good.example.       TXT "v=DMARC1; p=reject"
            good.example.              TXT "v=spf1 ip4:192.0.2.7 -all"
            helo.good.example.         TXT "v=spf1 ip4:192.0.2.7 -all"
            attacker.example.          TXT "v=spf1 ip4:192.0.2.7 -all"
            record.attacker.example.   TXT "v=spf1 );dkim=pass(a)header.d=bank.example;("
            whole.attacker.example.    TXT "v=spf1 )smtp.mailfrom=a.example;dkim=pass(a)header.d=bank.example;x=y("
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final DkimKey GOOD = DkimKey.of("good.example");

    private static final Peers peers = new Peers();
    private static DaemonUnderTest daemon;
    private static PostfixInstance postfix;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer dns = peers.add(NameServer.start(directory, RECORDS + GOOD.record()));
        OpenDkimInstance openDkim = peers.add(OpenDkimInstance.start(directory, dns, OPENDKIM));
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), """
                AuthservID %s
                TrustedAuthservIDs %s,%s
                RejectFailures yes
                DomainWhitelist forwarder.example
                """.formatted(OURS, OPENDKIM, SPF_CHECKER)));
        PolicydSpf spf = PolicydSpf.in(directory, dns, SPF_CHECKER);
        postfix = peers.add(PostfixInstance.start(
                directory,
                List.of(openDkim.address(), daemon.postfixAddress()),
                "smtpd_recipient_restrictions = reject_unauth_destination, " + spf.restriction + "\n",
                spf.service));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            dkim            | x=3B=20dkim=3Dpass=20header.d=3Dbank.example=20header.x=3D@nokey.example
            spf             | x=3B=20spf=3Dpass=20smtp.mailfrom=3Dbank.example=20smtp.x=3D@nokey.example
            arc             | x=3B=20arc=3Dpass=20arc.chain=3Dforwarder.example=20arc.x=3D@nokey.example
            open question   | x=3B=20dkim=3Dtemperror=20header.d=3Dbank.example=20header.x=3D@nokey.example
            small letters   | x=3b=20dkim=3dpass=20header.d=3dbank.example=20header.x=3d@nokey.example
            a fold in it    | x=3B=20dkim=3Dpass=20header.d=3Dbank.exa&mple=20header.x=3D@nokey.example
            a hidden rest   | x=3B=20dkim=3Dpass=20header.d=3Dbank.example=20(=29@nokey.example
            """)
    void opendkimCopiesAnIdentity(String what, String identity) {
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send(
                    "a@bank.example",
                    "identity@local.test",
                    "DKIM-Signature: v=1; a=rsa-sha256; d=nokey.example; s=s; i=" + identity.replace("&", "\r\n\t")
                            + "; h=From; bh=AAAA; b=AAAA\r\n" + message("bank.example"));
            assertEquals(REFUSED, reply.toString());
        }
    }

    @Test
    void saysOnceWhyNoPassIsBelieved() {
        try (SmtpClient client = client()) {
            client.send(
                            "a@bank.example",
                            "logged@local.test",
                            "DKIM-Signature: v=1; a=rsa-sha256; d=nokey.example; s=s;"
                                    + " i=log=3B=20dkim=3Dpass=20header.d=3Dbank.example=20header.x=3D@nokey.example;"
                                    + " h=From; bh=AAAA; b=AAAA\r\n" + message("bank.example"))
                    .expect(550);
            daemon.awaitLog("believing no pass in Authentication-Results: the tag i= of DKIM-Signature holds U+003B"
                    + " semicolon, which a checker may have copied into its field");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            local part      | "x); dkim=pass header.d=bank.example (y"@attacker.example   | client.example | user
            another part    | "x); spf=pass smtp.mailfrom=bank.example (y"@bank.example   | client.example | user
            balanced        | "x) ; dkim=pass header.d=bank.example; x=y ("@nospf.example | client.example | user
            HELO            | a@attacker.example                | x);dkim=pass(a)header.d=bank.example;x=y(     | user
            HELO            | a@bank.example                    | x);spf=pass(a)smtp.mailfrom=bank.example;x=y( | user
            HELO, spaces    | a@attacker.example                | x); dkim=pass header.d=bank.example; x=y (    | user
            HELO, a bounce  |                                   | x);dkim=pass(a)header.d=bank.example;x=y(     | user
            SPF record      | a@record.attacker.example         | client.example                                | user
            SPF record      | a@whole.attacker.example          | client.example                                | user
            recipient       | a@attacker.example                | client.example | "x); dkim=pass header.d=bank.example; x=y (z"
            recipient       | a@bank.example                    | client.example | "x); spf=pass smtp.mailfrom=bank.example (z"
            """)
    void pypolicydSpfCopiesTheEnvelope(String what, String sender, String helo, String user) {
        try (SmtpClient client = SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("ADDR=192.0.2.7 NAME=client.example")
                .ehlo(helo)) {
            SmtpReply reply = client.send(sender == null ? "" : sender, user + "@local.test", message("bank.example"));
            assertEquals(REFUSED, reply.toString());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "plain,        u@good.example",
        "a tag,        user+tag@good.example",
        "VERP,         bounce+user=rcpt.example@good.example",
        "SRS,          SRS0=HHH=TT=orig.example=user@good.example",
        "BATV,         prvs=0123456789=user@good.example",
        "all it may,   o'neil/x=a&b!#$%*?^_{}~@good.example",
    })
    void ordinarySendersPassBySpf(String what, String sender) {
        String user = "spf-" + what.replaceAll("[^a-z]", "").toLowerCase(java.util.Locale.ROOT);
        try (SmtpClient client = client()) {
            client.send(sender, user + "@local.test", message("good.example")).expect(250);
            DeliveredMessage delivered = postfix.delivered(user);
            assertTrue(
                    delivered.top().contains("dmarc=pass"),
                    () -> delivered.fields().toString());
        }
    }

    @Test
    void aBouncePassesByItsHelo() {
        try (SmtpClient client = SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("ADDR=192.0.2.7 NAME=client.example")
                .ehlo("helo.good.example")) {
            client.send("", "bounce@local.test", message("good.example")).expect(250);
            assertTrue(postfix.delivered("bounce").top().contains("dmarc=pass"));
        }
    }

    /** The quotes make the checker's word worthless; what it claims is proven by our own check. */
    @Test
    void aQuotedSenderPassesByOurOwnCheck() {
        try (SmtpClient client = client()) {
            client.send("\"a b\"@good.example", "quoted@local.test", message("good.example"))
                    .expect(250);
            DeliveredMessage delivered = postfix.delivered("quoted");
            assertTrue(
                    delivered.top().contains("dmarc=pass"),
                    () -> delivered.fields().toString());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "plain,          @good.example",
        "a local part,   user@good.example",
        "an equal sign,  bounce+user=3Drcpt.example@good.example",
        "utf,            j=C3=B6rg@good.example",
        "below,          user@sub.good.example",
    })
    void ordinaryIdentitiesPassByDkim(String what, String identity) {
        String user = "dkim-" + what.replaceAll("[^a-z]", "");
        try (SmtpClient client = client()) {
            client.send("a@elsewhere.example", user + "@local.test", GOOD.sign(message("good.example"), identity))
                    .expect(250);
            DeliveredMessage delivered = postfix.delivered(user);
            assertTrue(
                    delivered.top().contains("dmarc=pass"),
                    () -> delivered.fields().toString());
        }
    }

    private static SmtpClient client() {
        return SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("ADDR=192.0.2.7 NAME=client.example");
    }

    private static String message(String authorDomain) {
        return """
                From: Sender <sender@%s>
                To: user@local.test
                Subject: news

                Nothing new, as ever.
                """.formatted(authorDomain).replace("\n", "\r\n");
    }
}
