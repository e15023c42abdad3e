package org.dmarcmilter.worker;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.mail.Envelope;
import org.dmarcmilter.mail.Outcome;
import org.dmarcmilter.mail.Outcome.Command;
import org.dmarcmilter.report.AggregateRecipients;
import org.dmarcmilter.report.Destination;
import org.dmarcmilter.report.Destination.Obstacle;
import org.dmarcmilter.report.RateLimit;
import org.dmarcmilter.store.Delivery;
import org.dmarcmilter.store.Reports;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.store.Suppression;
import org.dmarcmilter.store.Suppression.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits, one mail after the other, the longest waiting first. A delivery is in state {@code sending} before the server hears
 * of it, so that a mail whose outcome nobody knows is seen as such: it goes out again with the same identifiers, and a warning says so.
 */
final class SendStep {
    private static final Logger LOG = LoggerFactory.getLogger(SendStep.class);

    /** Mails to one host in a minute. Who gets all at once takes us for a spammer. */
    private static final int HOST_RATE = 10;

    /** Deliveries that are looked at together; if all of these have to wait for one host, so do those behind them. */
    private static final int AT_ONCE = 1_000;

    /** The dialogue ends a minute before the lease does, so that no other run takes the mail meanwhile. */
    static final Duration DIALOGUE = Reports.LEASE.minusMinutes(1);

    /** A server that refuses our sender so often in a row refuses it always. */
    private static final int MOST_SENDER_REFUSALS = 3;

    /** A mail whose outcome stays unknown goes out so often and no more. */
    private static final int MOST_DOUBTS = 3;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Store store;
    private final AggregateRecipients recipients;
    private final ReportFiles files;
    private final MailMaker mails;
    private final Transport transport;
    private final Sending sending;
    private final Clock clock;
    private final Pause pause;
    private final RateLimit rate;
    private final Trouble trouble;

    private int senderRefusals;
    private boolean ended;

    /** Hands one mail over: {@link org.dmarcmilter.mail.MailSender}, or a command. */
    interface Transport {
        Outcome send(Envelope envelope, Path mail, Duration limit) throws IOException;
    }

    /** Waits. */
    interface Pause {
        void take(Duration time);
    }

    SendStep(
            Store store,
            AggregateRecipients recipients,
            ReportFiles files,
            MailMaker mails,
            Transport transport,
            Sending sending,
            Clock clock,
            Pause pause,
            Trouble trouble) {
        this.store = store;
        this.recipients = recipients;
        this.files = files;
        this.mails = mails;
        this.transport = transport;
        this.sending = sending;
        this.clock = clock;
        this.pause = pause;
        this.trouble = trouble;
        this.rate = new RateLimit(HOST_RATE, sending.rate(), Duration.ofMinutes(1));
    }

    /** Sends until nothing waits, the budget is used up, or the server is gone. */
    void run(Budget budget) throws IOException {
        List<Delivery> ready = store.deliveries().ready(clock.instant(), AT_ONCE);
        while (!ready.isEmpty() && budget.remains() && !ended) {
            boolean progress = false;
            for (Delivery delivery : ready) {
                if (!budget.remains() || ended || !rate.hasRoom(clock.instant())) {
                    break;
                }
                if (rate.allows(host(delivery), clock.instant())) {
                    deliver(delivery);
                    progress = true;
                }
            }
            if (!progress) {
                pause.take(PAUSE);
            }
            ready = store.deliveries().ready(clock.instant(), AT_ONCE);
        }
    }

    /** Sends one mail now, whatever the rate. */
    void deliver(Delivery waiting) throws IOException {
        Optional<Delivery> taken = store.deliveries().take(waiting, clock.instant());
        if (taken.isEmpty()) {
            return;
        }
        Delivery delivery = taken.get();
        Optional<StoredReport> report = store.reports().of(delivery);
        if (report.isEmpty()) {
            store.deliveries().failed(delivery, "expired", "");
            return;
        }
        boolean inDoubt = waiting.state() == Delivery.State.SENDING;
        if (isObstructed(report.get(), delivery, inDoubt)) {
            return;
        }
        if (inDoubt) {
            LOG.warn(
                    "{}: outcome to {} unknown, sending again with the same identifiers",
                    Words.name(report.get()),
                    delivery.address());
        }
        Optional<BuiltReport> built;
        Optional<Path> mail;
        try {
            built = files.build(report.get(), List.of());
            mail = built.isPresent() ? Optional.of(mail(report.get(), built.get(), delivery)) : Optional.empty();
        } catch (FileSystemException e) {
            waitForRoom(delivery, inDoubt, e);
            return;
        }
        if (built.isEmpty() || mail.isEmpty()) {
            LOG.error("{}: its file is not valid; it is kept in {}", Words.name(report.get()), files.invalid());
            store.deliveries().failed(delivery, "invalid", "");
            return;
        }
        rate.count(clock.instant());
        Outcome outcome = transport.send(new Envelope(sending.from(), delivery.address()), mail.get(), DIALOGUE);
        settle(report.get(), built.get(), delivery, mail.get(), outcome);
    }

    /** The report; or, where it is too large for all, that there is one (RFC 7489, section 7.2.2). */
    private Path mail(StoredReport report, BuiltReport built, Delivery delivery) throws IOException {
        Standard standard = report.policy().standard();
        if (sending.tellsOfErrors(standard)) {
            OptionalLong theirs = delivery.maxSize() == 0 ? OptionalLong.empty() : OptionalLong.of(delivery.maxSize());
            long size = mails.size(built, delivery.address());
            if (size > sending.limit(standard, theirs)) {
                LOG.info("{}: {} gets an error report in its place", Words.name(report), delivery.address());
                return mails.makeError(built, delivery.address(), delivery.number(), size);
            }
        }
        return mails.make(built, delivery.address(), delivery.number());
    }

    /** The disk is full: nothing was said to the server yet, and the next file has no better chance. */
    private void waitForRoom(Delivery delivery, boolean inDoubt, FileSystemException e) throws IOException {
        ended = true;
        if (!inDoubt) {
            store.deliveries().untouched(delivery, clock.instant(), "file");
        }
        trouble.happened("no report can be sent: " + e.getFile() + ": " + FileProblem.reason(e));
    }

    /** Whether it is not to be sent now, or not at all; it is released then. */
    private boolean isObstructed(StoredReport report, Delivery delivery, boolean inDoubt) throws IOException {
        if (!clock.instant().isBefore(report.expires())) {
            fail(report, delivery, delivery.cause().isEmpty() ? "expired" : delivery.cause(), delivery.reply());
            return true;
        }
        if (inDoubt && (!sending.resendUnknown() || delivery.resent() > MOST_DOUBTS)) {
            fail(report, delivery, "unknown", "the outcome is unknown");
            return true;
        }
        Optional<Suppression> suppression = store.suppressions().find(delivery.address(), clock.instant());
        if (suppression.isPresent()) {
            LOG.info("{}: not sent to {}: {}", Words.name(report), delivery.address(), Words.of(suppression.get()));
            store.deliveries().skipped(delivery, Obstacle.SUPPRESSED.word());
            return true;
        }
        return !isVerified(report, delivery);
    }

    /**
     * Whether its host agrees, asked again right before the first attempt, and when the operator sends it again: the answer is fresh in
     * the cache, or was missing when the destinations were found. Others than this address, that its host may name now, get nothing any
     * more.
     */
    private boolean isVerified(StoredReport report, Delivery delivery) throws IOException {
        boolean begun = delivery.attempt() > 1
                && !delivery.cause().isEmpty()
                && !delivery.cause().equals(Obstacle.DNS.word());
        if (begun || sending.bcc().contains(delivery.address())) {
            return true;
        }
        Optional<Obstacle> obstacle = recipients
                .again(
                        report.policy().domain(),
                        new Destination(delivery.address(), OptionalLong.empty(), Optional.of(Obstacle.DNS)))
                .stream()
                .filter(now -> now.address().equals(delivery.address()))
                .findFirst()
                .map(Destination::obstacle)
                .orElse(Optional.of(Obstacle.UNAUTHORIZED));
        if (obstacle.isEmpty()) {
            return true;
        }
        LOG.info("{}: not sent to {}: {}", Words.name(report), delivery.address(), Words.of(obstacle.get()));
        if (obstacle.get() == Obstacle.DNS) {
            store.deliveries()
                    .untouched(
                            delivery,
                            clock.instant().plus(RetryTimes.DNS),
                            obstacle.get().word());
        } else {
            store.deliveries().skipped(delivery, obstacle.get().word());
        }
        return false;
    }

    private void settle(StoredReport report, BuiltReport built, Delivery delivery, Path mail, Outcome outcome)
            throws IOException {
        Instant now = clock.instant();
        senderRefusals = outcome instanceof Outcome.SenderRefused ? senderRefusals + 1 : 0;
        if (outcome instanceof Outcome.Accepted accepted) {
            long size = Files.size(mail);
            boolean ours = store.deliveries().sent(delivery, size, accepted.reply(), now);
            LOG.info(
                    "{}: {} messages, {} rows, {} to {}: sent ({}){}",
                    Words.name(report),
                    built.written().messages(),
                    built.written().rows(),
                    Words.size(size),
                    delivery.address(),
                    accepted.reply(),
                    ours ? "" : "; its lease was over, so it may be sent again");
            archive(built, delivery, mail);
        } else if (outcome instanceof Outcome.Refused refused) {
            fail(report, delivery, "refused", refused.reply());
            if (refused.at() == Command.RCPT) {
                Suppression strike = store.suppressions().strike(delivery.address(), Source.SMTP, refused.reply(), now);
                LOG.info("{}: {}", delivery.address(), Words.of(strike));
            }
        } else if (outcome instanceof Outcome.SenderRefused refused) {
            fail(report, delivery, "sender-refused", refused.reply());
            if (senderRefusals == MOST_SENDER_REFUSALS) {
                ended = true;
                trouble.happened("the mail server takes nothing from " + sending.from() + ": check ReportEmail ("
                        + refused.reply() + ")");
            }
        } else if (outcome instanceof Outcome.TryLater later) {
            if (later.closing()) {
                lose(delivery, later.reply());
            } else {
                later(report, delivery, "deferred", later.reply());
            }
        } else if (outcome instanceof Outcome.Unreachable unreachable) {
            lose(delivery, unreachable.reason());
        } else if (outcome instanceof Outcome.Unknown unknown) {
            doubt(report, delivery, unknown.reason());
        }
    }

    private void fail(StoredReport report, Delivery delivery, String cause, String reply) throws IOException {
        LOG.info(
                "{}: not sent to {}: {}{}",
                Words.name(report),
                delivery.address(),
                cause,
                reply.isEmpty() ? "" : " (" + reply + ")");
        store.deliveries().failed(delivery, cause, reply);
    }

    private void later(StoredReport report, Delivery delivery, String cause, String reply) throws IOException {
        Instant next = next(report, delivery);
        LOG.info("{}: not yet sent to {}, again at {} ({})", Words.name(report), delivery.address(), next, reply);
        store.deliveries().later(delivery, next, cause, reply);
    }

    /** At the end of its time it is looked at once more, and ends there. */
    private Instant next(StoredReport report, Delivery delivery) {
        Instant next = clock.instant().plus(RetryTimes.after(delivery.attempt()));
        return next.isBefore(report.expires()) ? next : report.expires();
    }

    /** Nothing else has a better chance in this run, and nobody's mail is to blame. */
    private void lose(Delivery delivery, String reason) throws IOException {
        ended = true;
        store.deliveries().untouched(delivery, clock.instant(), "mta");
        trouble.happened("the mail server takes no reports: " + reason);
    }

    /** It stays as it is: when its lease is over it is seen as one whose outcome nobody knows, as after a crash. */
    private void doubt(StoredReport report, Delivery delivery, String reason) throws IOException {
        if (sending.resendUnknown()) {
            LOG.warn("{}: outcome to {} unknown ({})", Words.name(report), delivery.address(), reason);
        } else {
            fail(report, delivery, "unknown", reason);
        }
    }

    private void archive(BuiltReport built, Delivery delivery, Path mail) {
        sending.archive().ifPresent(directory -> {
            String name = built.report().identity().reportId() + "." + delivery.number() + ".eml";
            try {
                Files.copy(mail, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                LOG.error("no copy of {} in ReportArchive {}: {}", name, directory, e.toString());
            }
        });
    }

    private static String host(Delivery delivery) {
        return delivery.address().substring(delivery.address().lastIndexOf('@') + 1);
    }
}
