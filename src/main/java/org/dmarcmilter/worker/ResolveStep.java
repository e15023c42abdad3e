package org.dmarcmilter.worker;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.report.AggregateRecipients;
import org.dmarcmilter.report.AggregateRecipients.Found;
import org.dmarcmilter.report.Destination;
import org.dmarcmilter.report.Destination.Obstacle;
import org.dmarcmilter.store.DomainWish;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.store.Suppression;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds, for each report that is due, whom it goes to: the record is read again, so that who has withdrawn the wish gets none; the file
 * is made once, so that nothing goes to anybody that is invalid or too large. Each report under its lease: who is killed here has sent
 * nothing.
 */
final class ResolveStep {
    private static final Logger LOG = LoggerFactory.getLogger(ResolveStep.class);

    private static final int MOST_PARTS = 16;

    /** Below this a limit of size is a mistake, and parts of a report help nobody. */
    private static final long WORTH_SPLITTING = 64 << 10;

    private final Store store;
    private final AggregateRecipients recipients;
    private final ReportScope scope;
    private final ReportFiles files;
    private final MailMaker mails;
    private final Sending sending;
    private final Clock clock;

    ResolveStep(
            Store store,
            AggregateRecipients recipients,
            ReportScope scope,
            ReportFiles files,
            MailMaker mails,
            Sending sending,
            Clock clock) {
        this.store = store;
        this.recipients = recipients;
        this.scope = scope;
        this.files = files;
        this.mails = mails;
        this.sending = sending;
        this.clock = clock;
    }

    /** Takes one report after the other, the longest due first. */
    void run(Budget budget) throws IOException {
        while (budget.remains()) {
            Optional<StoredReport> report = store.reports().takeDue(clock.instant());
            if (report.isEmpty()) {
                return;
            }
            resolve(report.get());
        }
    }

    /** Finds the destinations of a report that was taken. */
    void resolve(StoredReport report) throws IOException {
        DomainName domain = report.policy().domain();
        if (!clock.instant().isBefore(report.expires())) {
            close(report, report.cause().isEmpty() ? "expired" : report.cause(), "its time is over");
            return;
        }
        Optional<DomainWish> wish = store.domains().find(domain);
        if (!scope.covers(domain) || wish.map(DomainWish::noReport).orElse(false)) {
            close(report, "excluded", "there are no reports about " + domain);
            return;
        }
        Found found = find(report, wish);
        if (found instanceof Found.Unavailable unavailable) {
            Instant again = clock.instant().plus(RetryTimes.DNS);
            LOG.info("{}: waits an hour, as the DNS does not answer: {}", Words.name(report), unavailable.reason());
            store.reports()
                    .postpone(report, again.isBefore(report.expires()) ? again : report.expires(), Obstacle.DNS.word());
        } else if (found instanceof Found.Withdrawn withdrawn) {
            close(report, "withdrawn", withdrawn.why());
        } else if (found instanceof Found.Suppressed suppressed) {
            close(report, Obstacle.SUPPRESSED.word(), "listed as " + suppressed.listed());
        } else if (found instanceof Found.Destinations destinations) {
            open(report, destinations.destinations());
        }
    }

    private Found find(StoredReport report, Optional<DomainWish> wish) {
        DomainName domain = report.policy().domain();
        Standard standard = report.policy().standard();
        Optional<List<String>> wished = wish.flatMap(DomainWish::rua);
        if (wished.isPresent() || !sending.recheck()) {
            return recipients.find(domain, standard, wished.orElse(report.rua()));
        }
        return recipients.find(domain, standard);
    }

    private void open(StoredReport report, List<Destination> found) throws IOException {
        List<Destination> destinations = new ArrayList<>();
        for (Destination destination : found) {
            destinations.add(unlessSuppressed(destination));
        }
        for (String copy : sending.bcc()) {
            destinations.add(new Destination(copy, OptionalLong.empty(), Optional.empty()));
        }
        List<String> errors = destinations.stream()
                .filter(destination -> destination.obstacle().equals(Optional.of(Obstacle.UNAUTHORIZED)))
                .map(destination -> "rua " + destination.address() + ": no external authorization")
                .toList();
        if (destinations.stream().allMatch(ResolveStep::isSkipped)) {
            destinations.forEach(destination -> tell(report, destination));
            LOG.info("{}: not sent (no-destination): nobody is left to send it to", Words.name(report));
            store.reports()
                    .resolved(
                            report,
                            destinations.stream().map(ResolveStep::stored).toList(),
                            errors,
                            clock.instant());
            return;
        }
        Optional<BuiltReport> built = files.build(report, errors);
        if (built.isEmpty()) {
            close(report, "invalid", "its file is not valid; it is kept in " + files.invalid());
            return;
        }
        if (isSplit(report, built.get(), destinations)) {
            return;
        }
        List<Destination> sized = new ArrayList<>();
        for (Destination destination : destinations) {
            sized.add(unlessTooLarge(report, built.get(), destination));
        }
        boolean error = isToldOfError(report, sized);
        List<org.dmarcmilter.store.Destination> stored = new ArrayList<>();
        for (Destination destination : sized) {
            tell(report, destination);
            // It waits like others; when it is sent the mail is too large, and becomes another.
            stored.add(
                    error && isTooLarge(destination)
                            ? stored(new Destination(destination.address(), destination.maxSize(), Optional.empty()))
                            : stored(destination));
        }
        store.reports().resolved(report, stored, errors, clock.instant());
    }

    private Destination unlessSuppressed(Destination destination) throws IOException {
        if (isSkipped(destination)) {
            return destination;
        }
        Optional<Suppression> suppression = store.suppressions().find(destination.address(), clock.instant());
        return suppression.isPresent() ? destination.behind(Obstacle.SUPPRESSED) : destination;
    }

    private Destination unlessTooLarge(StoredReport report, BuiltReport built, Destination destination)
            throws IOException {
        if (isSkipped(destination)) {
            return destination;
        }
        return mails.size(built, destination.address()) > limit(report, destination)
                ? destination.behind(Obstacle.TOO_LARGE)
                : destination;
    }

    private long limit(StoredReport report, Destination destination) {
        return sending.limit(report.policy().standard(), destination.maxSize());
    }

    /** Whether nobody gets the report and some of them because it is too large, so that these get a line about it. */
    private boolean isToldOfError(StoredReport report, List<Destination> sized) {
        return sending.tellsOfErrors(report.policy().standard())
                && sized.stream().allMatch(ResolveStep::isSkipped)
                && sized.stream().anyMatch(ResolveStep::isTooLarge);
    }

    private static boolean isTooLarge(Destination destination) {
        return destination.obstacle().equals(Optional.of(Obstacle.TOO_LARGE));
    }

    /** A report that is too large for one of its destinations becomes several, unless that is not worth it or is of no use. */
    private boolean isSplit(StoredReport report, BuiltReport built, List<Destination> destinations) throws IOException {
        long smallest = Long.MAX_VALUE;
        for (Destination destination : destinations) {
            if (!isSkipped(destination)) {
                smallest = Math.min(smallest, limit(report, destination));
            }
        }
        long size = mails.size(built, sending.from());
        long parts =
                Math.min(MOST_PARTS, Math.max(report.parts() + 1, size * report.parts() / Math.max(smallest, 1) + 1));
        if (size <= smallest || size <= WORTH_SPLITTING || parts <= report.parts() || report.rows() < parts) {
            return false;
        }
        boolean split = store.preparation().split(report, (int) parts, clock.instant());
        if (split) {
            LOG.info("{}: {} is too large, so it becomes {} reports", Words.name(report), Words.size(size), parts);
        }
        return split;
    }

    /** All but that of a DNS that did not answer, which may do so later. */
    private static boolean isSkipped(Destination destination) {
        return destination
                .obstacle()
                .filter(obstacle -> obstacle != Obstacle.DNS)
                .isPresent();
    }

    /** One whose host the DNS did not tell of waits like others: it is asked again before anything is sent there. */
    private static org.dmarcmilter.store.Destination stored(Destination destination) {
        return new org.dmarcmilter.store.Destination(
                destination.address(),
                destination.maxSize().orElse(0),
                isSkipped(destination)
                        ? destination.obstacle().map(Obstacle::word).orElse("")
                        : "");
    }

    private static void tell(StoredReport report, Destination destination) {
        destination
                .obstacle()
                .ifPresent(obstacle -> LOG.info(
                        "{}: not sent to {}: {}", Words.name(report), destination.address(), Words.of(obstacle)));
    }

    private void close(StoredReport report, String cause, String why) throws IOException {
        LOG.info("{}: not sent ({}): {}", Words.name(report), cause, why);
        store.reports().close(report, cause);
    }
}
