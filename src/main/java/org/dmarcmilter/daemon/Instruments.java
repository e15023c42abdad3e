package org.dmarcmilter.daemon;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.dmarcmilter.dns.CachingDnsClient;
import org.dmarcmilter.dns.Places;
import org.dmarcmilter.http.Metrics;
import org.dmarcmilter.milter.MilterServer;
import org.dmarcmilter.report.FailureReporter;

/** The table of what the daemon counts: each number's name, kind, help, and where its value comes from. A new one is a new row here. */
final class Instruments {
    /** Counters only grow, and their names end in {@code _total}; gauges go up and down. */
    enum Kind {
        COUNTER,
        GAUGE
    }

    /**
     * A number that somebody keeps and that is read when somebody asks.
     *
     * @param name as Prometheus knows it
     * @param help what it counts, for whoever reads the list
     */
    record Instrument(String name, Kind kind, String help, LongSupplier value) {}

    private final List<Instrument> table;

    /**
     * @param recorders history and failure reports
     * @param dns the DNS client of the newest configuration
     * @param places of the questions in flight
     */
    Instruments(MilterServer server, Recorders recorders, Supplier<Optional<CachingDnsClient>> dns, Places places) {
        FailureReporter reporter = recorders.reporter();
        ReportRecorder journal = recorders.journal();
        table = List.of(
                gauge("dmarc_milter_open_connections", "Milter connections open now", server::openConnections),
                counter("dmarc_milter_connections_total", "Milter connections taken", server::connections),
                counter("dmarc_milter_refused_total", "Connections over MaxConnections", server::refusedConnections),
                counter("dmarc_milter_malformed_total", "Connections closed for what they sent", server::malformed),
                counter("dmarc_milter_put_off_total", "Messages put off as header memory was short", server::putOff),
                counter("dmarc_milter_failures_total", "Messages answered by the fail-safe verdict", server::failures),
                counter(
                        "dmarc_milter_dns_cache_hits_total",
                        "DNS answers from the cache",
                        of(dns, CachingDnsClient::hits)),
                counter(
                        "dmarc_milter_dns_cache_misses_total",
                        "DNS questions asked",
                        of(dns, CachingDnsClient::misses)),
                gauge("dmarc_milter_dns_questions_in_flight", "DNS questions asked and not answered", places::inFlight),
                gauge("dmarc_milter_dns_questions_waiting", "DNS questions that wait for a place", places::waiting),
                counter(
                        "dmarc_milter_dns_questions_refused_total",
                        "DNS questions that had no place before their message ended",
                        places::refused),
                counter(
                        "dmarc_milter_disbelieved_total",
                        "Messages of which a checker may have copied a pass into its field",
                        recorders::disbelieved),
                counter(
                        "dmarc_milter_unchecked_total",
                        "Messages that fail and about which no checker said anything",
                        recorders::unchecked),
                gauge("dmarc_milter_history_records_waiting", "History records not yet written", recorders::waiting),
                counter("dmarc_milter_history_written_total", "History records written", recorders::written),
                counter("dmarc_milter_history_dropped_total", "History records lost at the bound", recorders::dropped),
                counter(
                        "dmarc_milter_report_journal_records_total",
                        "Records written for aggregate reports",
                        journal::written),
                counter(
                        "dmarc_milter_report_journal_dropped_total",
                        "Records for aggregate reports lost at the bound",
                        journal::dropped),
                gauge(
                        "dmarc_milter_report_journal_records_waiting",
                        "Records for aggregate reports not yet written",
                        journal::waiting),
                gauge(
                        "dmarc_milter_report_journal_failing",
                        "1 while records for aggregate reports cannot be written",
                        journal::failing),
                counter("dmarc_milter_reports_sent_total", "Failure reports sent", reporter::sent),
                counter("dmarc_milter_reports_failed_total", "Failure reports whose command failed", reporter::failed),
                counter(
                        "dmarc_milter_reports_suppressed_total",
                        "Failure reports not sent by rule",
                        reporter::suppressed),
                counter("dmarc_milter_reports_dropped_total", "Failure reports lost at the bound", reporter::dropped));
    }

    /** The one that is counted as it happens: takes the DMARC result's word and the word for what was done. */
    static BiConsumer<String, String> messages(Metrics metrics) {
        return metrics.counter(
                "dmarc_milter_messages_total",
                "Messages judged, by DMARC result and by what was done",
                "result",
                "action");
    }

    List<Instrument> table() {
        return table;
    }

    /** Has them all shown. */
    void show(Metrics metrics) {
        for (Instrument row : table) {
            switch (row.kind()) {
                case COUNTER -> metrics.counter(row.name(), row.help(), row.value());
                case GAUGE -> metrics.gauge(row.name(), row.help(), row.value());
            }
        }
    }

    private static Instrument counter(String name, String help, LongSupplier value) {
        return new Instrument(name, Kind.COUNTER, help, value);
    }

    private static Instrument gauge(String name, String help, LongSupplier value) {
        return new Instrument(name, Kind.GAUGE, help, value);
    }

    private static LongSupplier of(Supplier<Optional<CachingDnsClient>> dns, ToLongFunction<CachingDnsClient> counter) {
        return () -> dns.get().map(counter::applyAsLong).orElse(0L);
    }
}
