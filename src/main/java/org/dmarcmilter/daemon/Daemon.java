package org.dmarcmilter.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.http.Exposition;
import org.dmarcmilter.http.HttpEndpoint;
import org.dmarcmilter.http.Response;
import org.dmarcmilter.journal.JournalInUseException;
import org.dmarcmilter.logging.LogSetup;
import org.dmarcmilter.milter.Limits;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.MilterServer;
import org.dmarcmilter.status.FailingDomains;
import org.dmarcmilter.status.Health;
import org.dmarcmilter.status.StatusJson;
import org.dmarcmilter.status.StatusPage;
import org.dmarcmilter.status.StatusText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon: wires everything, serves until it is told to stop, reloads when it is told to.
 *
 * <p>Threads: two event loops for the MTA, one for the DNS, one that writes history, one that writes the journal of
 * aggregate reports, one that sends failure reports, one that logs; this one waits.
 */
public final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int EVENT_LOOPS = 2;
    /** Fields of a header section beyond which a message is not evaluated. */
    public static final int MOST_HEADER_FIELDS = 2_000;
    /** Parsed and judged, a header section takes some times its size. */
    private static final int HEADER_SHARE_OF_HEAP = 5;

    /** Half of the header memory is for large messages, and one of many small fields takes half as much again as its text. */
    private static final long LARGEST_IN_HEADER_MEMORY = 3;

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(5);
    private static final Duration HISTORY_GRACE = Duration.ofSeconds(5);

    private final Map<String, String> environment;
    private final Assembly assembly;
    private final ServiceManager manager;
    private final CompletableFuture<End> end = new CompletableFuture<>();

    /** How a run ends. */
    public enum End {
        /** By SIGTERM, SIGINT or {@link Daemon#end}. */
        TOLD,
        /** By itself, as nothing can be looked up any more. Another process can. */
        DNS_LOST
    }

    private record InForce(Configuration configuration, Assembled assembled) {}

    /** Where the MTA can connect, and what the log calls it. */
    private record Listening(SocketAddress address, String name) {}

    private final Reloads reloads = new Reloads(Instant.now());
    private final DnsWatch dnsWatch = new DnsWatch();
    private volatile InForce inForce;
    private volatile Optional<String> dnsProblem = Optional.empty();

    public Daemon(Map<String, String> environment, Configuration configuration) {
        this(environment, configuration, new Assembly(), new ServiceManager(environment));
    }

    /** With others in the place of the DNS and of systemd. */
    Daemon(Map<String, String> environment, Configuration configuration, Assembly assembly, ServiceManager manager) {
        this.environment = environment;
        this.assembly = assembly;
        this.manager = manager;
        LogSetup.apply(configuration.settings().logging(), !isBackground(), environment);
        this.inForce = new InForce(configuration, assembly.assemble(configuration));
    }

    /**
     * Serves until SIGTERM or SIGINT, or until the DNS is lost: without it all mail would pass as temperror.
     *
     * @param words the command line, for the log
     * @param listening what to do as soon as the MTA can connect, with the address that it can connect to
     * @throws StateInUseException if another daemon has the directory ReportStateDirectory
     * @throws IOException if a socket cannot be opened
     */
    public End run(List<String> words, Consumer<SocketAddress> listening) throws IOException {
        Settings settings = inForce.configuration().settings();
        LOG.info("{} starting (args: {})", ProgramVersion.NAME_AND_VERSION, String.join(" ", words));
        LOG.info("additional trusted authentication services: {}", trustedNames(settings));
        inForce.configuration().warnings().forEach(LOG::warn);
        OpenFiles.ofThisProcess().warning(settings.service().maxConnections()).ifPresent(LOG::warn);
        Optional<FailingDomains> failing =
                settings.service().metricsSocket().map(socket -> new FailingDomains(Instant.now()));
        Recorders recorders = new Recorders(settings.service().umask(), inForce.assembled(), journal(), failing);
        Signals.on(this::end, "TERM", "INT");
        var unused = assembly.dnsFailure().thenAccept(this::dnsLost);
        DmarcFilter filter = new DmarcFilter(() -> inForce.assembled().rules(), recorders);
        try (MilterServer server = server(filter, settings);
                manager) {
            Listening place = listen(server, settings.service());
            Optional<HttpEndpoint> health = failing.isPresent()
                    ? Optional.of(health(sources(server, recorders), failing.get(), settings.service()))
                    : Optional.empty();
            Optional<PidFile> pidFile = PidFile.write(settings.service(), processId());
            if (!Signals.on(() -> reload(recorders), "HUP", "USR1").isEmpty()) {
                LOG.warn("SIGHUP does not reload: who started this process had it ignored (nohup). Use SIGUSR1.");
            }
            LOG.info("listening on {}", place.name());
            HeapKeeper.start();
            manager.ready(() -> problem(server).isEmpty());
            listening.accept(place.address());
            End how = end.join();
            manager.stopping();
            if (how == End.TOLD) {
                health.ifPresent(HttpEndpoint::close);
            }
            server.drain(GRACE).toCompletableFuture().join();
            recorders.flushAndClose(HISTORY_GRACE);
            pidFile.ifPresent(PidFile::remove);
            if (how == End.TOLD) {
                LOG.info("{} terminating with status 0", ProgramVersion.NAME_AND_VERSION);
            } else {
                // Until now it has said what is wrong.
                health.ifPresent(HttpEndpoint::close);
                LOG.info("{} terminating, to be started again", ProgramVersion.NAME_AND_VERSION);
            }
            return how;
        }
    }

    /** Has {@link #run} finish its messages and return, as SIGTERM does. */
    public void end() {
        end.complete(End.TOLD);
    }

    private ReportRecorder journal() throws StateInUseException {
        ReportRecorder journal = new ReportRecorder();
        try {
            journal.follow(inForce.assembled());
            return journal;
        } catch (JournalInUseException e) {
            throw new StateInUseException(e);
        }
    }

    private boolean isBackground() {
        return isBackground(environment);
    }

    /** Whether standard output and error lead nowhere as soon as the launcher script has left. */
    public static boolean isBackground(Map<String, String> environment) {
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

    /** A verdict that our own failure keeps us from giving is the one for temporary errors, with all at stake that there can be. */
    private static MilterServer server(DmarcFilter filter, Settings settings) {
        Limits limits = Limits.DEFAULTS.with(
                OpenFiles.ofThisProcess().connections(settings.service().maxConnections()),
                settings.service().maxHeaderBytes(),
                MOST_HEADER_FIELDS,
                Math.max(
                        Runtime.getRuntime().maxMemory() / HEADER_SHARE_OF_HEAP,
                        LARGEST_IN_HEADER_MEMORY * settings.service().maxHeaderBytes()));
        MilterReply failSafe =
                comesAgain(settings.handling()) ? new MilterReply.TemporaryFailure() : new MilterReply.Accept();
        return new MilterServer(filter, limits, failSafe, EVENT_LOOPS);
    }

    private static boolean comesAgain(Settings.Handling handling) {
        return switch (handling.onTemporaryError()) {
            case ACCEPT -> false;
            case TEMPFAIL -> true;
            case POLICY -> handling.rejectFailures() || handling.holdQuarantined();
        };
    }

    /** On the socket that the service manager passed as standard input, or on our own. */
    private static Listening listen(MilterServer server, Settings.Service service) throws IOException {
        Channel inherited = System.inheritedChannel();
        if (inherited instanceof ServerSocketChannel socket) {
            SocketAddress adopted = server.adopt(socket);
            return new Listening(adopted, adopted + " (from the service manager)");
        }
        ListenAddress address = service.socket();
        OptionalInt umask = service.umask().map(OptionalInt::of).orElseGet(OptionalInt::empty);
        SocketAddress bound;
        try {
            bound = server.bind(address, umask);
        } catch (IOException e) {
            throw new IOException("Socket: " + e.getMessage(), e);
        }
        return new Listening(bound, address + (address instanceof ListenAddress.Inet ? " (" + bound + ")" : ""));
    }

    private Instruments.Sources sources(MilterServer server, Recorders recorders) {
        return new Instruments.Sources(
                server,
                recorders,
                assembly,
                reloads,
                () -> inForce.configuration(),
                () -> inForce.assembled().suffixes(),
                () -> Instruments.Sources.lastRun(
                        inForce.configuration().settings().aggregateReports()));
    }

    private HttpEndpoint health(Instruments.Sources sources, FailingDomains failing, Settings.Service service)
            throws IOException {
        ListenAddress.Inet wanted = service.metricsSocket().orElseThrow();
        InetSocketAddress address = new InetSocketAddress(wanted.host().orElseThrow(), wanted.port());
        if (address.isUnresolved()) {
            throw new IOException("MetricsSocket: unknown host in " + wanted);
        }
        Overview overview = overview(sources, failing);
        HttpEndpoint health;
        try {
            health = new HttpEndpoint(address, pages(sources, overview), () -> {
                dnsWatch.look(assembly.network());
                overview.look();
            });
        } catch (IOException e) {
            throw new IOException("MetricsSocket: cannot listen on " + wanted + ": " + e.getMessage(), e);
        }
        LOG.info("metrics on {}", address);
        tellHealthCheck(address.getAddress().getHostAddress() + " " + health.port());
        return health;
    }

    private Overview overview(Instruments.Sources sources, FailingDomains failing) {
        return new Overview(
                sources, () -> ready(sources), () -> dnsWatch.problem(assembly.network()), failing, Clock.systemUTC());
    }

    /** All that can be asked for; nothing of it changes anything. */
    private Map<String, Supplier<Response>> pages(Instruments.Sources sources, Overview overview) {
        return Map.of(
                "/", () -> Response.html(StatusPage.of(overview.status()), StatusPage.SECURITY_POLICY),
                "/status.json", () -> Response.json(true, StatusJson.of(overview.status())),
                "/status.txt", () -> Response.text(StatusText.of(overview.status())),
                "/metrics", () -> Response.ok(Exposition.CONTENT_TYPE, Exposition.text(Instruments.read(sources))),
                "/health", () -> tell(alive(sources.server())),
                "/ready", () -> tell(ready(sources)));
    }

    private static Response tell(Health health) {
        return Response.json(health.isWell(), health.json());
    }

    /** Whether the process works; if not, only another one helps. */
    private Health alive(MilterServer server) {
        return new Health(problem(server).stream().toList());
    }

    /** Whether mail is judged and written down as it should be. */
    private Health ready(Instruments.Sources sources) {
        List<String> problems = new ArrayList<>(alive(sources.server()).problems());
        if (!sources.server().isListening()) {
            problems.add("no milter connection is accepted");
        }
        dnsWatch.problem(assembly.network()).ifPresent(problems::add);
        sources.recorders()
                .historyProblem(inForce.configuration().settings().history())
                .ifPresent(problems::add);
        sources.recorders().journal().problem().ifPresent(problems::add);
        return new Health(problems);
    }

    /** A container's health check need not read the configuration: it finds address and port in a file. */
    private void tellHealthCheck(String place) {
        String file = environment.getOrDefault("DMARC_MILTER_METRICS_FILE", "");
        if (file.isEmpty()) {
            return;
        }
        try {
            Files.writeString(Path.of(file), place + "\n", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // Mail matters more than the health check.
            LOG.warn(
                    "can't write {} for the health check: {}; with a read-only root file system add --tmpfs /tmp",
                    file,
                    FileProblem.reason(e));
        }
    }

    private void dnsLost(Throwable cause) {
        dnsProblem = Optional.of("no DNS question can be asked any more (" + cause + ")");
        end.complete(End.DNS_LOST);
    }

    /** Why mail is not served as it should be, for whoever supervises us; empty while it is. */
    private Optional<String> problem(MilterServer server) {
        return dnsProblem.or(() -> server.isAlive(LOOP_PATIENCE) ? Optional.empty() : Optional.of("not serving"));
    }

    /**
     * Reads the configuration and its lists again. On any mistake the old configuration stays. Connections that are open
     * finish with the one they began with.
     */
    private synchronized void reload(Recorders recorders) {
        manager.reloading();
        InForce old = inForce;
        try {
            Configuration configuration = old.configuration().again();
            Assembled assembled = assembly.assemble(configuration);
            Settings settings = configuration.settings();
            if (!settings.logging().equals(old.configuration().settings().logging())) {
                LogSetup.apply(settings.logging(), !isBackground(), environment);
            }
            inForce = new InForce(configuration, assembled);
            recorders.reload(assembled);
            reloads.done(Instant.now());
            LOG.info("configuration reloaded from {}", configuration.name());
            configuration.warnings().forEach(LOG::warn);
            if (!settings.service().equals(old.configuration().settings().service())) {
                LOG.warn("changes of Socket, UMask, MaxConnections, MaxHeaderBytes, MetricsSocket and PidFile"
                        + " take effect at the next start");
            }
        } catch (ConfigException e) {
            reloads.refused(e.mistakes());
            e.mistakes().forEach(mistake -> LOG.error("{} (the old configuration stays)", mistake));
        }
        manager.reloaded();
    }
}
