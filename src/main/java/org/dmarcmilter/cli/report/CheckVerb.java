package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Assembly;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.mail.Outcome;
import org.dmarcmilter.report.ReportAddress;
import org.dmarcmilter.text.Printable;

/** {@code check}: whether reports can be made and sent, and what is in the way. */
final class CheckVerb implements Verb {
    private static final Duration LAST_RUN = Duration.ofHours(1);

    private static final int MAX_SHOWN = 80;

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report check [--send-to ADDRESS]

                Looks whether reports can be made and sent: store, journal, the last run, and what the DNS says of ReportEmail's
                domain: reports must pass DMARC themselves.
                  --send-to ADDRESS also send a short mail to yourself, as reports are sent
                Exit code: 0 nothing is in the way; 64 wrong usage; 69 something is, or the store cannot be used; 75 a run has it;
                78 configuration.

                """;
    }

    @Override
    public List<String> valued() {
        return List.of("--send-to");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        Optional<String> to = call.words().value("--send-to");
        if (to.isPresent() && !isPlain(to.get())) {
            throw new UsageException(Printable.named(to.get(), MAX_SHOWN) + " cannot be used; write user@example.com");
        }
        Configuration configuration = call.configuration();
        Settings.AggregateReports settings = configuration.settings().aggregateReports();
        Findings findings = new Findings(call);
        findings.say(
                settings.enabled(), "AggregateReports is " + settings.enabled(), "set it true, and reload the daemon");
        try (OpenStore open = OpenStore.patiently(call)) {
            findings.say(true, "store in " + open.place().directory() + " can be used", "");
            Path journal = open.place().directory().resolve("journal");
            findings.say(
                    Files.isDirectory(journal),
                    "the daemon's journal is " + (Files.isDirectory(journal) ? "there" : "missing"),
                    "reload the daemon with AggregateReports true");
            lastRun(open.place().status(), call.clock().instant(), findings);
            domain(configuration, settings.sender().email(), findings);
            if (to.isPresent()) {
                Outcome outcome = open.run().test(to.get());
                findings.say(
                        outcome instanceof Outcome.Accepted,
                        "mail to " + to.get() + ": " + outcome,
                        "see ReportSMTPServer and the mail server's log");
            }
        }
        return findings.allWell ? ExitCode.OK : ExitCode.UNAVAILABLE;
    }

    /** As strict as with the addresses that reports go to. */
    private static boolean isPlain(String address) {
        return DmarcUri.parse("mailto:" + address, Standard.RFC9989)
                .flatMap(ReportAddress::of)
                .filter(plain -> plain.text().equalsIgnoreCase(address))
                .isPresent();
    }

    private static void lastRun(Path status, Instant now, Findings findings) throws IOException {
        boolean recent = Files.exists(status)
                && Files.getLastModifiedTime(status).toInstant().isAfter(now.minus(LAST_RUN));
        findings.say(
                recent,
                recent ? "a run ended within the hour" : "no run ended within the hour",
                "systemctl enable --now dmarc-milter-report.timer, or run dmarc-milter report run every 5 minutes");
    }

    private static void domain(Configuration configuration, String email, Findings findings) throws UsageException {
        DomainName domain = Words.domainOf(email.substring(email.lastIndexOf('@') + 1));
        Assembled assembled = new Assembly().assemble(configuration);
        Discovery discovery = assembled
                .rules()
                .dmarc()
                .discover(domain, assembled.rules().dns())
                .toCompletableFuture()
                .join();
        findings.say(
                discovery instanceof Discovery.Found,
                domain + (discovery instanceof Discovery.Found ? " has" : " has no") + " DMARC record",
                "publish one; receivers refuse reports that do not pass DMARC");
        DnsAnswer spf = assembled
                .rules()
                .dns()
                .query(DnsQuestion.txt(domain.ascii()))
                .toCompletableFuture()
                .join();
        boolean hasSpf = spf instanceof DnsAnswer.Found found
                && found.records().stream().anyMatch(text -> text.startsWith("v=spf1"));
        findings.say(
                hasSpf,
                domain + (hasSpf ? " has" : " has no") + " SPF record",
                "name this host in one, or have the mail server sign for the domain with DKIM");
    }

    /** Lines for people: what is well, and what to do about what is not. */
    private static final class Findings {
        private final Call call;
        private boolean allWell = true;

        Findings(Call call) {
            this.call = call;
        }

        void say(boolean well, String what, String remedy) {
            call.print((well ? "ok    " : "NOT   ") + what + (well ? "" : ": " + remedy) + "\n");
            allWell &= well;
        }
    }
}
