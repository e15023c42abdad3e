package org.dmarcmilter.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dmarcmilter.aggregate.ReportIdentity.Format;

/**
 * A host that gets mail and reports about it: a Postfix with an OpenDKIM, which verifies and signs, and a dmarc-milter.
 *
 * @param domain whose reports they are: sent by {@code reports@DOMAIN}
 * @param place its directory
 * @param postfix takes mail for any user of inbox.test, and reports for everybody
 * @param daemon judges and records
 */
record ReportingHost(String domain, Path place, PostfixInstance postfix, DaemonUnderTest daemon) {
    /**
     * Starts it.
     *
     * @param directory where it makes one of its own
     * @param peers that are to be stopped
     * @param key of {@code domain}, in the DNS
     * @param owner where all mail of the reporter goes
     */
    static ReportingHost start(
            Path directory,
            Peers peers,
            NameServer dns,
            String domain,
            DkimKey key,
            Format format,
            InetSocketAddress owner)
            throws IOException {
        Path place = Files.createDirectory(directory.resolve(domain));
        OpenDkimInstance openDkim = peers.add(OpenDkimInstance.startSigner(place, dns, "dkim." + domain, domain, key));
        int port = Loopback.freePort();
        DaemonUnderTest daemon = peers.add(DaemonUnderTest.start(place, dns.address(), """
                AuthservID mx.%1$s
                TrustedAuthservIDs dkim.%1$s
                DMARCStandard %2$s
                RejectFailures yes
                SPFSelfValidate yes
                AggregateReports true
                ReportEmail reports@%1$s
                ReportOrg Reporter
                ReportEnvelopeTo yes
                ReportStateDirectory %3$s
                ReportSMTPPort %4$d
                """.formatted(
                        domain, format == Format.RFC7489 ? "rfc7489" : "rfc9989", place.resolve("reports"), port)));
        PostfixInstance postfix = peers.add(PostfixInstance.startAt(
                port,
                place,
                List.of(openDkim.address(), daemon.postfixAddress()),
                """
                myhostname = mx.%1$s
                virtual_mailbox_domains = inbox.test
                smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
                default_transport = smtp:[127.0.0.1]:%2$d
                relay_transport = smtp:[127.0.0.1]:%2$d
                smtp_tls_security_level = may
                """.formatted(domain, owner.getPort()),
                "smtp unix - - n - - smtp\n"));
        return new ReportingHost(domain, place, postfix, daemon);
    }

    /** Mail from that client, for somebody here; the code of the reply to it. */
    int get(String client, String sender, String message) {
        try (SmtpClient smtp = SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("ADDR=" + client + " NAME=client.example")) {
            return smtp.send(sender, "user@inbox.test", message).code();
        }
    }

    /** How many messages stand in its journal. */
    long recorded() throws IOException {
        try (Stream<Path> segments = Files.list(place.resolve("reports/journal"))) {
            return segments.filter(file -> file.toString().endsWith(".jnl"))
                    .flatMap(file -> lines(file).stream())
                    .filter(line -> line.startsWith("R "))
                    .count();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By the launcher, as an operator does it. */
    String report(String... words) {
        String configuration = place.resolve("dmarc-milter.conf").toString();
        return PeerProcess.run(
                place.resolve("report.out"),
                DaemonUnderTest.command(Stream.concat(
                                Stream.concat(Stream.of("report"), Stream.of(words)), Stream.of("-c", configuration))
                        .toArray(String[]::new)));
    }
}
