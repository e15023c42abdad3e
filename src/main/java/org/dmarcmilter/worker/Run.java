package org.dmarcmilter.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.mail.Envelope;
import org.dmarcmilter.mail.MailSender;
import org.dmarcmilter.mail.Outcome;
import org.dmarcmilter.store.JournalImport;
import org.dmarcmilter.store.Periods;
import org.dmarcmilter.store.ReportRules;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoredReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run: import, close, prepare, resolve, send, expire, in this order. The journal comes first, so that a mail server that is slow
 * never keeps it from being read. Each step can be run by itself.
 */
public final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    /** Once a day, when the reports of the day before have begun to go out. */
    private static final Duration EXPIRY = Duration.ofHours(3);

    private final Store store;
    private final Place place;
    private final Clock clock;
    private final StatusFile status;
    private final Trouble trouble;

    /** @param store open */
    public Run(Store store, Place place, Clock clock) {
        this.store = store;
        this.place = place;
        this.clock = clock;
        this.status = new StatusFile(place.status());
        this.trouble = new Trouble(clock, status.told());
    }

    /** All steps, until the budget is used up. */
    public void all(Budget budget) throws IOException {
        Instant begin = clock.instant();
        JournalImport.Summary imported = importJournal(budget);
        if (imported.complete()) {
            close();
            prepare();
        }
        deliver(budget);
        Instant lastExpiry = status.expired();
        Instant due = clock.instant()
                .minus(EXPIRY)
                .atOffset(ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.DAYS)
                .toInstant()
                .plus(EXPIRY);
        if (lastExpiry.isBefore(due) && budget.remains()) {
            expire(place.settings().expire(), budget);
            lastExpiry = clock.instant();
        }
        status.write(new StatusFile.Ended(
                begin,
                clock.instant(),
                imported,
                store.status(clock.instant()),
                trouble.told(),
                trouble.last(),
                lastExpiry));
    }

    /** Counts what stands in the journal. */
    public JournalImport.Summary importJournal(Budget budget) throws IOException {
        return importJournal(budget, (octets, all) -> {});
    }

    /** The same while somebody watches. */
    public JournalImport.Summary importJournal(Budget budget, JournalImport.Watch watch) throws IOException {
        JournalImport.Summary summary = store.journalImport().run(clock.instant(), budget::remains, watch);
        store.journalImport().tidy(clock.instant(), place.settings().journal().keep());
        if (summary.skipped() > 0) {
            LOG.warn("journal: {} lines were damaged or came too late, and are not counted", summary.skipped());
        }
        return summary;
    }

    private void close() throws IOException {
        for (Periods.Closed closed : store.periods()
                .close(clock.instant(), place.settings().periods().grace())) {
            String name = name(closed.period());
            if (closed.silent().isEmpty()) {
                LOG.info("period {} closed: {} messages", name, closed.messages());
            } else {
                LOG.warn(
                        "period {} closed: {} messages; without node {}, which was silent (ReportGrace)",
                        name,
                        closed.messages(),
                        String.join(", ", closed.silent()));
            }
        }
    }

    private static String name(Period period) {
        String begin = period.begin().toString();
        return period.seconds() == Period.DAY ? begin.substring(0, 10) : begin;
    }

    private void prepare() throws IOException {
        long reports = store.preparation().prepareAll(rules());
        if (reports > 0) {
            LOG.info("{} reports prepared", reports);
        }
    }

    private ReportRules rules() {
        return place.rules();
    }

    /** Finds destinations and sends. */
    public void deliver(Budget budget) throws IOException {
        int given = store.reports().giveUp(clock.instant());
        if (given > 0) {
            LOG.info("{} reports or deliveries given up: their time is over", given);
        }
        work((resolve, send) -> {
            resolve.run(budget);
            send.run(budget);
        });
    }

    /** Finds the destinations of one report, if it has none yet, and sends it to those that wait, whatever the rate. */
    public void deliver(StoredReport report, Budget budget) throws IOException {
        work((resolve, send) -> {
            Optional<StoredReport> taken = store.reports().take(report, clock.instant());
            if (taken.isPresent()) {
                resolve.resolve(taken.get());
            }
            for (var delivery : store.deliveries().of(report)) {
                if (budget.remains()) {
                    send.deliver(delivery);
                }
            }
        });
    }

    /**
     * Makes the file of a report, for looking at; nothing of it is recorded.
     *
     * @param watch hears of each row how many there are so far
     * @return empty if it is not valid by its schema
     */
    public Optional<BuiltReport> build(StoredReport report, LongConsumer watch) throws IOException {
        return files().watchedBy(watch).build(report, List.of());
    }

    /** The mail with that file, as it goes to an address. */
    public Path mail(BuiltReport built, String address, int number) throws IOException {
        return new MailMaker(place.temporary(), place.sending(), clock).make(built, address, number);
    }

    /** The name of that file, as the mail says it (RFC 9990, section 3.5.2). */
    public String fileName(BuiltReport built) {
        return new MailMaker(place.temporary(), place.sending(), clock).fileName(built);
    }

    /** Sends a short mail as reports are sent, to see whether they would arrive. */
    public Outcome test(String address) throws IOException {
        Sending sending = place.sending();
        Files.createDirectories(place.temporary());
        Path mail =
                Files.writeString(place.temporary().resolve("mail"), MailMaker.test(sending, address, clock.instant()));
        Envelope envelope = new Envelope(sending.from(), address);
        if (place.settings().delivery().smtp().isEmpty()) {
            return new CommandTransport(place.command()).send(envelope, mail, SendStep.DIALOGUE);
        }
        try (MailSender sender = new MailSender(place.server())) {
            return sender.send(envelope, mail, SendStep.DIALOGUE);
        }
    }

    private interface Work {
        void of(ResolveStep resolve, SendStep send) throws IOException;
    }

    private void work(Work work) throws IOException {
        Sending sending = place.sending();
        ReportFiles files = files();
        MailMaker mails = new MailMaker(place.temporary(), sending, clock);
        ResolveStep resolve = new ResolveStep(store, place.recipients(), place.scope(), files, mails, sending, clock);
        if (place.settings().delivery().smtp().isEmpty()) {
            work.of(resolve, send(files, mails, sending, new CommandTransport(place.command())));
        } else {
            try (MailSender sender = new MailSender(place.server())) {
                work.of(resolve, send(files, mails, sending, sender::send));
            }
        }
    }

    private SendStep send(ReportFiles files, MailMaker mails, Sending sending, SendStep.Transport transport) {
        return new SendStep(store, place.recipients(), files, mails, transport, sending, clock, Run::pause, trouble);
    }

    private ReportFiles files() throws IOException {
        return new ReportFiles(
                store, place.temporary(), place.settings().content().validate());
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Forgets what is old. */
    public long expire(Duration keep, Budget budget) throws IOException {
        long rows = store.expiry().run(clock.instant(), keep, budget::remains);
        store.expiry()
                .shortenLog(clock.instant()
                        .minus(place.settings().journal().keep())
                        .minus(place.settings().periods().giveUp()));
        if (rows > 0) {
            LOG.info("{} old rows forgotten", rows);
        }
        return rows;
    }
}
