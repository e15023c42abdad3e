package org.dmarcmilter.daemon;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dns.DnsCounters;
import org.dmarcmilter.dns.DnsFailure;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.Places;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evidence.Ignored;
import org.dmarcmilter.history.HistoryWriter;
import org.dmarcmilter.journal.JournalWriter;
import org.dmarcmilter.logging.LogSetup;
import org.dmarcmilter.metrics.Family;
import org.dmarcmilter.metrics.Family.Kind;
import org.dmarcmilter.metrics.Histogram;
import org.dmarcmilter.metrics.Tally;
import org.dmarcmilter.milter.MilterServer;
import org.dmarcmilter.report.FailureReporter;
import org.dmarcmilter.status.ReportRun;

/**
 * The table of what the daemon counts: each instrument's name, kind, help, labels, and where its value comes from. {@code /metrics} and
 * the table in the documentation are made from it. A new one is a new row here.
 *
 * <p>Values are read when somebody asks. A label has few values, all of them ours: never a domain, an address or a queue id.
 */
final class Instruments {
    /**
     * What the values are read from.
     *
     * @param configuration in force
     * @param suffixes in force
     * @param reports what the last run of reports has left
     */
    record Sources(
            MilterServer server,
            Recorders recorders,
            Assembly assembly,
            Reloads reloads,
            Supplier<Configuration> configuration,
            Supplier<PublicSuffixList> suffixes,
            Supplier<Optional<ReportRun>> reports) {

        private DnsCounters dns() {
            return assembly.dnsCounters();
        }

        private MessageCounters messages() {
            return recorders.messages();
        }

        private FailureReporter reporter() {
            return recorders.reporter();
        }

        private Settings settings() {
            return configuration.get().settings();
        }

        /** What the last run of reports has left, where this daemon records for reports. */
        static Optional<ReportRun> lastRun(Settings.AggregateReports settings) {
            return settings.enabled()
                    ? ReportRun.read(Path.of(settings.stateDirectory()).resolve("status.json"))
                    : Optional.empty();
        }
    }

    /**
     * One row.
     *
     * @param name as Prometheus knows it
     * @param help what it counts, for whoever reads the list
     * @param labels by which its values are told apart
     * @param value reads it
     */
    record Instrument(String name, Kind kind, String help, List<String> labels, BiConsumer<Sources, Samples> value) {
        Family read(Sources sources) {
            Samples samples = new Samples();
            value.accept(sources, samples);
            return new Family(name, kind, help, labels, samples.read);
        }
    }

    /** Takes what is read. */
    static final class Samples {
        private final List<Family.Sample> read = new ArrayList<>();

        void add(long value, String... labels) {
            addSeconds((double) value, labels);
        }

        private void addSeconds(double value, String... labels) {
            read.add(new Family.Value(List.of(labels), value));
        }

        private void add(Histogram histogram) {
            read.add(new Family.Durations(List.of(), histogram.counted()));
        }

        private <E extends Enum<E>> void add(Tally<E> tally, E[] things) {
            for (E thing : things) {
                add(tally.of(thing), MessageCounters.word(thing));
            }
        }
    }

    /** All of them, in the order in which they are shown. */
    static final List<Instrument> TABLE = table();

    private Instruments() {}

    /** Reads all values. */
    static List<Family> read(Sources sources) {
        return TABLE.stream().map(instrument -> instrument.read(sources)).toList();
    }

    private static List<Instrument> table() {
        List<Instrument> table = new ArrayList<>();
        addMessages(table);
        addResults(table);
        addDns(table);
        addMilter(table);
        addQueues(table);
        addRecords(table);
        addReports(table);
        addProgram(table);
        return List.copyOf(table);
    }

    private static void addMessages(List<Instrument> to) {
        to.add(counters(
                "dmarc_milter_messages_total",
                "Messages judged, by DMARC result and by what was done",
                List.of("result", "action"),
                (sources, samples) -> sources.messages().messages(samples::add)));
        to.add(counters(
                "dmarc_milter_verdicts_total",
                "Author domains evaluated, by DMARC result, the owner's policy, what was done (dis=), and standard; several of one message"
                        + " count each",
                List.of("result", "policy", "disposition", "standard"),
                (sources, samples) -> sources.messages().verdicts(samples::add)));
        to.add(counters(
                "dmarc_milter_overrides_total",
                "Why less was done than the owner asks for",
                List.of("reason"),
                (sources, samples) -> samples.add(sources.messages().overrides(), OverrideReason.values())));
        to.add(new Instrument(
                "dmarc_milter_verdict_seconds",
                Kind.HISTOGRAM,
                "From the end of a message to its verdict",
                List.of(),
                (sources, samples) -> samples.add(sources.server().verdicts())));
        to.add(counter(
                "dmarc_milter_put_off_total",
                "Messages put off as header memory was short",
                sources -> sources.server().putOff()));
        to.add(counter(
                "dmarc_milter_failures_total",
                "Messages answered by the fail-safe verdict",
                sources -> sources.server().failures()));
        to.add(counter(
                "dmarc_milter_unchecked_total",
                "Messages that fail and about which no checker said anything",
                sources -> sources.recorders().unchecked()));
    }

    private static void addResults(List<Instrument> to) {
        to.add(counters(
                "dmarc_milter_results_believed_total",
                "Results that counted, by method, who said so, and result",
                List.of("method", "source", "result"),
                (sources, samples) -> sources.messages().believed(samples::add)));
        to.add(counters(
                "dmarc_milter_results_ignored_total",
                "Fields and results that did not count, by cause; copied and several_results are distrusted under a name that is believed",
                List.of("cause"),
                (sources, samples) -> samples.add(sources.messages().ignored(), Ignored.values())));
        to.add(counter(
                "dmarc_milter_disbelieved_total",
                "Messages of which a checker may have copied a pass into its field",
                sources -> sources.messages().disbelieved()));
        to.add(counters(
                "dmarc_milter_own_checks_total",
                "SPF checks and verified DKIM signatures of our own, whether or not they counted, by method and result",
                List.of("method", "result"),
                (sources, samples) -> sources.messages().own(samples::add)));
    }

    private static void addDns(List<Instrument> to) {
        to.add(counters(
                "dmarc_milter_dns_questions_total",
                "DNS questions sent to servers, by record type",
                List.of("type"),
                (sources, samples) -> samples.add(sources.dns().asked(), DnsQuestion.Type.values())));
        to.add(counters(
                "dmarc_milter_dns_failures_total",
                "DNS questions that got no answer, by kind",
                List.of("kind"),
                (sources, samples) -> samples.add(sources.dns().failures(), DnsFailure.values())));
        to.add(new Instrument(
                "dmarc_milter_dns_seconds",
                Kind.HISTOGRAM,
                "From a DNS question to its answer, or to the end of the wait for one",
                List.of(),
                (sources, samples) -> samples.add(sources.dns().latency())));
        to.add(counter(
                "dmarc_milter_dns_cache_hits_total",
                "DNS answers from the cache",
                of(Sources::dns, DnsCounters::hits)));
        to.add(counter(
                "dmarc_milter_dns_cache_misses_total", "DNS questions asked", of(Sources::dns, DnsCounters::misses)));
        to.add(counter(
                "dmarc_milter_dns_coalesced_total",
                "Of the hits those that waited for the answer to somebody else's question",
                of(Sources::dns, DnsCounters::coalesced)));
        to.add(gauge(
                "dmarc_milter_dns_questions_in_flight",
                "DNS questions asked and not answered",
                sources -> sources.assembly().places().inFlight()));
        to.add(gauge(
                "dmarc_milter_dns_questions_waiting",
                "DNS questions that wait for a place",
                sources -> sources.assembly().places().waiting()));
        to.add(counter(
                "dmarc_milter_dns_questions_refused_total",
                "DNS questions that had no place before their message ended",
                sources -> sources.assembly().places().refused()));
        to.add(gauge(
                "dmarc_milter_dns_servers_resting",
                "Configured DNS servers that do not answer, and are asked after the others",
                sources -> sources.assembly().network().servers().stream()
                        .filter(server -> server.resting())
                        .count()));
    }

    private static void addMilter(List<Instrument> to) {
        to.add(gauge(
                "dmarc_milter_open_connections",
                "Milter connections open now",
                sources -> sources.server().openConnections()));
        to.add(counter(
                "dmarc_milter_connections_total",
                "Milter connections taken",
                sources -> sources.server().connections()));
        to.add(counter(
                "dmarc_milter_refused_total",
                "Connections over MaxConnections",
                sources -> sources.server().refusedConnections()));
        to.add(counter(
                "dmarc_milter_malformed_total",
                "Connections closed for what they sent",
                sources -> sources.server().malformed()));
        to.add(counter(
                "dmarc_milter_round_trips_total",
                "Replies that an MTA has waited for",
                sources -> sources.server().roundTrips()));
        to.add(gauge(
                "dmarc_milter_header_memory_bytes",
                "Memory that larger messages hold for their header fields",
                sources -> sources.server().headerMemory()));
        to.add(gauge(
                "dmarc_milter_header_memory_bound_bytes",
                "How much that may be",
                sources -> sources.server().mostHeaderMemory()));
        to.add(gauge(
                "dmarc_milter_packet_memory_bytes",
                "Memory of milter packets that have not wholly come",
                sources -> sources.server().packetMemory()));
        to.add(gauge(
                "dmarc_milter_packet_memory_bound_bytes",
                "How much that may be",
                sources -> sources.server().mostPacketMemory()));
    }

    /** What waits somewhere, and how much may. */
    record Queue(String name, long length, long bound) {}

    /** All of them, as they are now. */
    static List<Queue> queues(Sources sources) {
        Recorders recorders = sources.recorders();
        FailureReporter reporter = sources.reporter();
        Places places = sources.assembly().places();
        Settings settings = sources.settings();
        return List.of(
                new Queue(
                        "connections",
                        sources.server().openConnections(),
                        sources.server().mostConnections()),
                new Queue("dns_in_flight", places.inFlight(), Places.IN_FLIGHT),
                new Queue("dns_waiting", places.waiting(), Places.WAITING),
                new Queue(
                        "dns_cache",
                        sources.assembly().dnsClient().map(dns -> dns.size()).orElse(0L),
                        settings.dns().cacheSize()),
                new Queue("history", recorders.waiting(), HistoryWriter.DEFAULT_BOUNDS.items()),
                new Queue("report_journal", recorders.journal().waiting(), JournalWriter.DEFAULT_BOUNDS.items()),
                new Queue("failure_reports", reporter.waiting(), reporter.mostWaiting()),
                new Queue("failure_report_searches", reporter.searching(), FailureReporter.MAX_SEARCHES),
                new Queue("log", LogSetup.waiting(), LogSetup.MOST_WAITING));
    }

    private static void addQueues(List<Instrument> to) {
        to.add(gauges(
                "dmarc_milter_queue_length",
                "What is in a queue, or in its like, now",
                List.of("queue"),
                (sources, samples) -> queues(sources).forEach(queue -> samples.add(queue.length(), queue.name()))));
        to.add(gauges(
                "dmarc_milter_queue_bound",
                "How much may be in it",
                List.of("queue"),
                (sources, samples) -> queues(sources).forEach(queue -> samples.add(queue.bound(), queue.name()))));
        to.add(counter("dmarc_milter_log_lines_lost_total", "Log lines lost at the bound", sources -> LogSetup.lost()));
    }

    private static void addRecords(List<Instrument> to) {
        to.add(gauge(
                "dmarc_milter_history_records_waiting",
                "History records not yet written",
                of(Sources::recorders, Recorders::waiting)));
        to.add(counter(
                "dmarc_milter_history_written_total",
                "History records written",
                of(Sources::recorders, Recorders::written)));
        to.add(counter(
                "dmarc_milter_history_dropped_total",
                "History records lost at the bound",
                of(Sources::recorders, Recorders::dropped)));
        to.add(gauge(
                "dmarc_milter_history_failing",
                "1 while a history file cannot be written",
                of(Sources::recorders, Recorders::failing)));
        to.add(counter(
                "dmarc_milter_report_journal_records_total",
                "Records written for aggregate reports",
                ofJournal(ReportRecorder::written)));
        to.add(counter(
                "dmarc_milter_report_journal_dropped_total",
                "Records for aggregate reports lost at the bound",
                ofJournal(ReportRecorder::dropped)));
        to.add(gauge(
                "dmarc_milter_report_journal_records_waiting",
                "Records for aggregate reports not yet written",
                ofJournal(ReportRecorder::waiting)));
        to.add(gauge(
                "dmarc_milter_report_journal_failing",
                "1 while records for aggregate reports cannot be written",
                ofJournal(ReportRecorder::failing)));
    }

    private static void addReports(List<Instrument> to) {
        to.add(counter(
                "dmarc_milter_reports_sent_total",
                "Failure reports sent",
                of(Sources::reporter, FailureReporter::sent)));
        to.add(counter(
                "dmarc_milter_reports_failed_total",
                "Failure reports whose command failed",
                of(Sources::reporter, FailureReporter::failed)));
        to.add(counter(
                "dmarc_milter_reports_suppressed_total",
                "Failure reports not sent by rule",
                of(Sources::reporter, FailureReporter::suppressed)));
        to.add(counter(
                "dmarc_milter_reports_dropped_total",
                "Failure reports lost at the bound",
                of(Sources::reporter, FailureReporter::dropped)));
        to.add(ofRun(
                "dmarc_milter_aggregate_run_time_seconds",
                "When dmarc-milter report run last ended, since 1970",
                run -> run.end().getEpochSecond()));
        to.add(ofRun("dmarc_milter_aggregate_run_seconds", "How long it took", ReportRun::seconds));
        to.add(ofRun(
                "dmarc_milter_aggregate_run_failing",
                "1 if it left an error",
                run -> run.error().isEmpty() ? 0 : 1));
        to.add(ofRun(
                "dmarc_milter_aggregate_reports_waiting",
                "Aggregate reports that wait to be sent",
                ReportRun::waiting));
        to.add(ofRun(
                "dmarc_milter_aggregate_suppressed_addresses",
                "Addresses that get no aggregate reports",
                ReportRun::suppressed));
        to.add(ofRun("dmarc_milter_aggregate_store_bytes", "The size of the store", ReportRun::storeOctets));
        to.add(gauges(
                "dmarc_milter_aggregate_reports",
                "Aggregate reports in the store, by state",
                List.of("state"),
                (sources, samples) -> sources.reports()
                        .get()
                        .ifPresent(run -> run.reports().forEach((state, number) -> samples.add(number, state)))));
    }

    private static void addProgram(List<Instrument> to) {
        to.add(new Instrument(
                "dmarc_milter_build_info",
                Kind.INFO,
                "The version of the program and of Java",
                List.of("version", "java"),
                (sources, samples) -> samples.add(1, ProgramVersion.VERSION, System.getProperty("java.version", ""))));
        to.add(gauge(
                "dmarc_milter_start_time_seconds",
                "When the daemon started, since 1970",
                sources -> sources.reloads().started().getEpochSecond()));
        to.add(gauge(
                "dmarc_milter_configuration_time_seconds",
                "When the configuration in force was loaded, since 1970",
                sources -> sources.reloads().loaded().getEpochSecond()));
        to.add(counters(
                "dmarc_milter_reloads_total",
                "Reloads of the configuration, by outcome",
                List.of("outcome"),
                (sources, samples) -> {
                    samples.add(sources.reloads().doneSoFar(), "done");
                    samples.add(sources.reloads().refusedSoFar(), "refused");
                }));
        to.add(gauge(
                "dmarc_milter_configuration_warnings",
                "Doubtful lines of the configuration in force",
                sources -> sources.configuration().get().warnings().size()));
        to.add(gauges(
                "dmarc_milter_suffix_list_time_seconds",
                "When the public suffix list in force was published, since 1970; absent where it does not say",
                List.of(),
                (sources, samples) -> sources.suffixes()
                        .get()
                        .published()
                        .map(Instant::getEpochSecond)
                        .ifPresent(samples::add)));
        to.add(gauges(
                "dmarc_milter_jvm_memory_used_bytes",
                "Memory of the JVM in use, by area",
                List.of("area"),
                (sources, samples) -> {
                    samples.add(heap().getUsed(), "heap");
                    samples.add(rest().getUsed(), "nonheap");
                }));
        to.add(gauges(
                "dmarc_milter_jvm_memory_committed_bytes",
                "Memory that the JVM has for it, by area",
                List.of("area"),
                (sources, samples) -> {
                    samples.add(heap().getCommitted(), "heap");
                    samples.add(rest().getCommitted(), "nonheap");
                }));
        to.add(gauge(
                "dmarc_milter_jvm_heap_max_bytes", "What the heap may grow to (-Xmx)", sources -> heap().getMax()));
        to.add(gauges(
                "dmarc_milter_resident_memory_bytes",
                "Memory of the process (RSS)",
                List.of(),
                (sources, samples) -> ResidentMemory.octets().ifPresent(samples::add)));
        to.add(counters(
                "dmarc_milter_jvm_pauses_total",
                "Pauses for garbage collection, by collector",
                List.of("collector"),
                (sources, samples) -> collectors()
                        .forEach(collector -> samples.add(collector.getCollectionCount(), collector.getName()))));
        to.add(counters(
                "dmarc_milter_jvm_pause_seconds_total",
                "How long they took, by collector",
                List.of("collector"),
                (sources, samples) -> collectors()
                        .forEach(collector ->
                                samples.addSeconds(collector.getCollectionTime() / 1e3, collector.getName()))));
    }

    private static MemoryUsage heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    }

    private static MemoryUsage rest() {
        return ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    }

    private static List<GarbageCollectorMXBean> collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans();
    }

    private static Instrument counter(String name, String help, ToLongFunction<Sources> value) {
        return counters(name, help, List.of(), (sources, samples) -> samples.add(value.applyAsLong(sources)));
    }

    private static Instrument gauge(String name, String help, ToLongFunction<Sources> value) {
        return gauges(name, help, List.of(), (sources, samples) -> samples.add(value.applyAsLong(sources)));
    }

    private static Instrument counters(
            String name, String help, List<String> labels, BiConsumer<Sources, Samples> values) {
        return new Instrument(name, Kind.COUNTER, help, labels, values);
    }

    private static Instrument gauges(
            String name, String help, List<String> labels, BiConsumer<Sources, Samples> values) {
        return new Instrument(name, Kind.GAUGE, help, labels, values);
    }

    private static <T> ToLongFunction<Sources> of(Function<Sources, T> part, ToLongFunction<T> value) {
        return sources -> value.applyAsLong(part.apply(sources));
    }

    private static ToLongFunction<Sources> ofJournal(ToLongFunction<ReportRecorder> value) {
        return of(sources -> sources.recorders().journal(), value);
    }

    /** Absent until a run has left something. */
    private static Instrument ofRun(String name, String help, ToLongFunction<ReportRun> value) {
        return gauges(
                name,
                help,
                List.of(),
                (sources, samples) -> sources.reports().get().ifPresent(run -> samples.add(value.applyAsLong(run))));
    }
}
