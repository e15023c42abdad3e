package org.dmarcmilter.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToLongFunction;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.cli.PolicyAssembly.Assembled;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dns.CachingDnsClient;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.metrics.HealthEndpoint;
import org.dmarcmilter.metrics.Metrics;
import org.dmarcmilter.milter.Limits;
import org.dmarcmilter.milter.ListenAddress;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.MilterServer;
import org.dmarcmilter.report.FailureReporter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon: wires everything, serves until it is told to stop, reloads when it is told to.
 *
 * <p>Threads: two event loops for the MTA, one for the DNS, one that writes history, one that sends reports, one that
 * logs; this one waits.
 */
final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int EVENT_LOOPS = 2;
    static final int MOST_HEADER_FIELDS = 2_000;
    /** Parsed and judged, a header section takes some times its size. */
    private static final int HEADER_SHARE_OF_HEAP = 5;

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(5);
    private static final Duration HISTORY_GRACE = Duration.ofSeconds(5);

    private final Terminal terminal;
    private final Map<String, String> environment;
    private final DaemonArguments arguments;
    private final PolicyAssembly assembly = new PolicyAssembly();
    private final CountDownLatch stop = new CountDownLatch(1);

    private record InForce(Configuration configuration, Assembled assembled) {}

    private volatile InForce inForce;

    /** @throws ConfigException if the configuration's files cannot be used */
    Daemon(Terminal terminal, Map<String, String> environment, DaemonArguments arguments, Configuration configuration)
            throws ConfigException {
        this.terminal = terminal;
        this.environment = environment;
        this.arguments = arguments;
        LogSetup.apply(configuration.settings().logging(), !isBackground(), environment);
        this.inForce = new InForce(configuration, assembly.assemble(configuration));
    }

    /** Serves until SIGTERM or SIGINT. */
    int run(List<String> words) {
        Settings settings = inForce.configuration().settings();
        LOG.info("{} starting (args: {})", ProgramVersion.NAME_AND_VERSION, String.join(" ", words));
        LOG.info("additional trusted authentication services: {}", trustedNames(settings));
        DaemonCommand.warnings(inForce.configuration()).forEach(LOG::warn);
        Metrics metrics = new Metrics();
        Recorders recorders = new Recorders(settings.service().umask(), metrics, inForce.assembled());
        Signals.on(stop::countDown, "TERM", "INT");
        DmarcFilter filter = new DmarcFilter(() -> inForce.assembled().rules(), recorders);
        try (MilterServer server = server(filter, settings);
                ServiceManager manager = new ServiceManager(environment)) {
            String name = listen(server, settings.service());
            Optional<HealthEndpoint> health = health(server, recorders, metrics, settings.service());
            Optional<PidFile> pidFile = PidFile.write(settings.service(), processId());
            Signals.on(() -> reload(manager, recorders), "HUP", "USR1");
            LOG.info("listening on {}", name);
            manager.ready(() -> server.isAlive(LOOP_PATIENCE));
            tellLauncher();
            awaitStop();
            manager.stopping();
            health.ifPresent(HealthEndpoint::close);
            server.drain(GRACE).toCompletableFuture().join();
            recorders.flushAndClose(HISTORY_GRACE);
            pidFile.ifPresent(PidFile::remove);
            LOG.info("{} terminating with status 0", ProgramVersion.NAME_AND_VERSION);
            return ExitCode.OK;
        } catch (IOException e) {
            terminal.err().println("dmarc-milter: " + e.getMessage());
            return ExitCode.UNAVAILABLE;
        } finally {
            LogSetup.flush();
        }
    }

    private boolean isBackground() {
        return isBackground(environment);
    }

    /** Whether standard output and error lead nowhere as soon as the launcher script has left. */
    static boolean isBackground(Map<String, String> environment) {
        return environment.containsKey("DMARC_MILTER_BACKGROUND");
    }

    /** With AutoRestart that of the launcher script, which passes signals on. */
    private String processId() {
        return environment.getOrDefault(
                "DMARC_MILTER_PARENT", String.valueOf(ProcessHandle.current().pid()));
    }

    private static String trustedNames(Settings settings) {
        List<String> trusted = settings.identity().trusted();
        return trusted.isEmpty() ? "(none)" : String.join(", ", trusted);
    }

    /** A verdict that our own failure keeps us from giving is the one for temporary errors. */
    private static MilterServer server(DmarcFilter filter, Settings settings) {
        Limits limits = Limits.DEFAULTS
                .withMaxConnections(settings.service().maxConnections())
                .withMaxHeaders(settings.service().maxHeaderBytes(), MOST_HEADER_FIELDS)
                .withMaxHeaderMemory(Math.max(
                        Runtime.getRuntime().maxMemory() / HEADER_SHARE_OF_HEAP,
                        settings.service().maxHeaderBytes()));
        MilterReply failSafe = settings.handling().tempfailOnTemporaryError()
                ? new MilterReply.TemporaryFailure()
                : new MilterReply.Accept();
        return new MilterServer(filter, limits, failSafe, EVENT_LOOPS);
    }

    /** On the socket that the service manager passed as standard input, or on our own. */
    private static String listen(MilterServer server, Settings.Service service) throws IOException {
        Channel inherited = System.inheritedChannel();
        if (inherited instanceof ServerSocketChannel socket) {
            return server.adopt(socket) + " (from the service manager)";
        }
        ListenAddress address = ListenAddress.parse(service.socket());
        OptionalInt umask = service.umask().map(OptionalInt::of).orElseGet(OptionalInt::empty);
        SocketAddress bound = server.bind(address, umask);
        return address + (address instanceof ListenAddress.Inet ? " (" + bound + ")" : "");
    }

    private Optional<HealthEndpoint> health(
            MilterServer server, Recorders recorders, Metrics metrics, Settings.Service service) throws IOException {
        metrics.gauge("dmarc_milter_open_connections", "Milter connections open now", server::openConnections);
        metrics.counter("dmarc_milter_connections_total", "Milter connections taken", server::connections);
        metrics.counter("dmarc_milter_refused_total", "Connections over MaxConnections", server::refusedConnections);
        metrics.counter("dmarc_milter_malformed_total", "Connections closed for what they sent", server::malformed);
        metrics.counter("dmarc_milter_failures_total", "Messages answered by the fail-safe verdict", server::failures);
        metrics.counter(
                "dmarc_milter_dns_cache_hits_total", "DNS answers from the cache", () -> dns(CachingDnsClient::hits));
        metrics.counter(
                "dmarc_milter_dns_cache_misses_total", "DNS questions asked", () -> dns(CachingDnsClient::misses));
        metrics.gauge("dmarc_milter_history_records_waiting", "History records not yet written", recorders::waiting);
        metrics.counter("dmarc_milter_history_written_total", "History records written", recorders::written);
        metrics.counter("dmarc_milter_history_dropped_total", "History records lost at the bound", recorders::dropped);
        FailureReporter reporter = recorders.reporter();
        metrics.counter("dmarc_milter_reports_sent_total", "Failure reports sent", reporter::sent);
        metrics.counter("dmarc_milter_reports_failed_total", "Failure reports whose command failed", reporter::failed);
        metrics.counter(
                "dmarc_milter_reports_suppressed_total", "Failure reports not sent by rule", reporter::suppressed);
        metrics.counter("dmarc_milter_reports_dropped_total", "Failure reports lost at the bound", reporter::dropped);
        if (service.metricsSocket().isEmpty()) {
            return Optional.empty();
        }
        InetSocketAddress address = MetricsAddress.parse(service.metricsSocket().get());
        LOG.info("metrics on {}", address);
        return Optional.of(new HealthEndpoint(address, metrics, () -> server.isAlive(LOOP_PATIENCE)));
    }

    private long dns(ToLongFunction<CachingDnsClient> counter) {
        return assembly.dnsClient().map(counter::applyAsLong).orElse(0L);
    }

    /** The launcher script waits for this word before it leaves the daemon alone in the background. */
    private void tellLauncher() {
        if (isBackground()) {
            terminal.out().println("ready");
        }
        if (environment.containsKey("DMARC_MILTER_TRAINING")) {
            stop.countDown();
        }
    }

    private void awaitStop() {
        try {
            stop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Reads the configuration and its lists again. On any mistake the old configuration stays. Connections that are open
     * finish with the one they began with.
     */
    private synchronized void reload(ServiceManager manager, Recorders recorders) {
        manager.reloading();
        InForce old = inForce;
        try {
            Configuration configuration = DaemonCommand.reload(old.configuration(), arguments);
            Assembled assembled = assembly.assemble(configuration);
            Settings settings = configuration.settings();
            if (!settings.logging().equals(old.configuration().settings().logging())) {
                LogSetup.apply(settings.logging(), !isBackground(), environment);
            }
            inForce = new InForce(configuration, assembled);
            recorders.reload(assembled);
            LOG.info("configuration reloaded from {}", configuration.name());
            if (!settings.service().equals(old.configuration().settings().service())) {
                LOG.warn("changes of Socket, UMask, MaxConnections, MaxHeaderBytes, MetricsSocket and PidFile"
                        + " take effect at the next start");
            }
        } catch (ConfigException e) {
            LOG.error("{}; the old configuration stays", e.getMessage());
        }
        manager.reloaded();
    }

    /** The process id in a file, for scripts that want it. */
    private record PidFile(Path path) {
        static Optional<PidFile> write(Settings.Service service, String pid) {
            if (service.pidFile().isEmpty()) {
                return Optional.empty();
            }
            Path path = Path.of(service.pidFile().get());
            try {
                OwnFiles.write(path, pid + "\n", service.umask());
                return Optional.of(new PidFile(path));
            } catch (IOException e) {
                LOG.error("can't write pid to {}: {}", path, Configuration.reason(e));
                return Optional.empty();
            }
        }

        void remove() {
            try {
                java.nio.file.Files.deleteIfExists(path);
            } catch (IOException e) {
                LOG.warn("can't remove {}: {}", path, Configuration.reason(e));
            }
        }
    }
}
