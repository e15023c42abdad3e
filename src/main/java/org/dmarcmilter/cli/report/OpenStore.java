package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Assembly;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.report.AggregateRecipients;
import org.dmarcmilter.report.SuppressionZones;
import org.dmarcmilter.store.Delivery;
import org.dmarcmilter.store.JournalImport;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoreException;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.text.Printable;
import org.dmarcmilter.worker.Budget;
import org.dmarcmilter.worker.BuiltReport;
import org.dmarcmilter.worker.Place;
import org.dmarcmilter.worker.Run;

/**
 * The store for one verb, and what a run would do with it. One process has it at a time, so a verb waits a while for a run that has
 * it.
 */
final class OpenStore implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private static final int MAX_SHOWN = 80;
    private static final int KILO = 1_000;

    private final Place place;
    private final Store store;
    private final Run run;

    private OpenStore(Place place, Store store, Call call) {
        this.place = place;
        this.store = store;
        this.run = new Run(store, place, call.clock());
    }

    /**
     * Opens it.
     *
     * @throws StoreException.InUse if a run has it all the while
     */
    static OpenStore patiently(Call call) throws ConfigException, IOException {
        Place place = place(call.configuration());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return at(place, call);
            } catch (StoreException.InUse e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                sleep();
            }
        }
    }

    static OpenStore at(Place place, Call call) throws IOException {
        return new OpenStore(
                place, Store.open(place.directory(), place.rules(), call.clock().instant()), call);
    }

    private static void sleep() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the configuration says about reports. */
    static Place place(Configuration configuration) throws ConfigException {
        Settings.AggregateReports settings = configuration.settings().aggregateReports();
        if (settings.sender().email().isEmpty()) {
            throw new ConfigException(
                    configuration.name() + ": ReportEmail is not set. Write the address that sends reports,"
                            + " and AggregateReports true.");
        }
        Assembled assembled = new Assembly().assemble(configuration);
        List<DomainName> zones = settings.delivery().suppressionZones().stream()
                .map(DomainName::parse)
                .flatMap(Optional::stream)
                .toList();
        return new Place(
                settings,
                configuration.settings().failureReports().command(),
                new ReportScope(configuration.noReports().domains(), configuration.reportOnly()),
                new AggregateRecipients(
                        assembled.rules().dns(),
                        assembled.discovery(),
                        configuration.noReports(),
                        new SuppressionZones(zones)),
                Assembly.machineName());
    }

    /** The report of that identifier; where there is none, standard error says so. */
    Optional<StoredReport> report(String id, Call call) throws IOException {
        Optional<StoredReport> report = store.reports().find(id);
        if (report.isEmpty()) {
            call.terminal()
                    .err()
                    .println("dmarc-milter report: there is no report " + Printable.named(id, MAX_SHOWN)
                            + "; see dmarc-milter report list");
        }
        return report;
    }

    /** Prints what became of a report. */
    void tell(StoredReport report, Call call) throws IOException {
        StoredReport now = store.reports().find(report.identity().reportId()).orElse(report);
        List<Delivery> deliveries = store.deliveries().of(now);
        if (deliveries.isEmpty()) {
            call.print(now.identity().reportId() + ": " + now.state().word() + " (" + now.cause() + ")\n");
        }
        for (Delivery delivery : deliveries) {
            call.print(now.identity().reportId() + " to " + delivery.address() + ": " + ListVerb.outcome(delivery)
                    + (delivery.reply().isEmpty() ? "" : ": " + delivery.reply()) + "\n");
        }
    }

    Place place() {
        return place;
    }

    Store store() {
        return store;
    }

    Run run() {
        return run;
    }

    /** Counts what stands in the journal, and shows how far it is. */
    JournalImport.Summary importJournal(Call call) throws IOException {
        try (Progress progress = Progress.on(call.terminal().err())) {
            return run.importJournal(
                    Budget.unlimited(), (octets, all) -> progress.at("kB of journal", octets / KILO, all / KILO));
        }
    }

    /** The file of a report, and shows how far it is. */
    Optional<BuiltReport> build(StoredReport report, Call call) throws IOException {
        try (Progress progress = Progress.on(call.terminal().err())) {
            return run.build(report, rows -> progress.at("rows", rows, report.rows()));
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
