package org.dmarcmilter.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.files.SecretFile;
import org.dmarcmilter.mail.SmtpServer;
import org.dmarcmilter.report.AggregateRecipients;
import org.dmarcmilter.store.ReportRules;

/**
 * Where a run works, and what the operator has said about it.
 *
 * @param settings the options
 * @param command what ReportCommand says
 * @param scope about which domains there are reports
 * @param recipients finds whom a report goes to
 * @param hostName what the mail server hears in EHLO
 */
public record Place(
        Settings.AggregateReports settings,
        String command,
        ReportScope scope,
        AggregateRecipients recipients,
        String hostName) {

    /** The state directory, with the store and, below it, the journal. */
    public Path directory() {
        return Path.of(settings.stateDirectory());
    }

    Path temporary() {
        return directory().resolve("tmp");
    }

    /** What the last run has left for {@code status} and the metrics. */
    public Path status() {
        return directory().resolve("status.json");
    }

    /** Of which messages reports tell. */
    public RecordingRules recording() {
        return new RecordingRules(scope, settings.periods().minimumInterval());
    }

    /** How reports are made. */
    public ReportRules rules() {
        Settings.ReportSender sender = settings.sender();
        Settings.ReportPeriods periods = settings.periods();
        Settings.ReportContent content = settings.content();
        return new ReportRules(
                sender.organization(),
                sender.contact(),
                sender.extraContact(),
                sender.submitter(),
                ProgramVersion.NAME_AND_VERSION,
                settings.latest() ? Format.RFC9990 : Format.RFC7489,
                periods.grace(),
                periods.lateLimit(),
                periods.spread(),
                periods.giveUp(),
                content.maxRows(),
                content.maxFacts(),
                content.minimumMessages(),
                this::exclusion);
    }

    private Optional<String> exclusion(PublishedPolicy policy) {
        if (!scope.covers(policy.domain())) {
            return Optional.of("excluded");
        }
        return policy.psd() == Psd.YES && !settings.content().publicSuffixes() ? Optional.of("psd") : Optional.empty();
    }

    /** What is decided about mails. */
    public Sending sending() {
        Settings.ReportDelivery delivery = settings.delivery();
        return new Sending(
                settings.sender().email(),
                settings.sender().name(),
                delivery.bcc(),
                delivery.recheck(),
                delivery.resendUnknown(),
                settings.content().maxSize(),
                settings.content().errorReports(),
                delivery.rate(),
                delivery.archive().map(Path::of));
    }

    /** @throws IOException if the file with the password cannot be read, or others can */
    SmtpServer server() throws IOException {
        Settings.ReportSmtp smtp = settings.delivery().smtp().orElseThrow();
        Optional<SmtpServer.Login> login = Optional.empty();
        if (smtp.user().isPresent() && smtp.passwordFile().isPresent()) {
            login = Optional.of(new SmtpServer.Login(
                    smtp.user().get(),
                    SecretFile.password(Path.of(smtp.passwordFile().get()))));
        }
        return SmtpServer.of(
                smtp.host(),
                smtp.port(),
                Optional.of(SmtpServer.Tls.valueOf(smtp.tls().name())),
                hostName,
                login);
    }
}
