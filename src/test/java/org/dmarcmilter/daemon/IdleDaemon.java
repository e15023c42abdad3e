package org.dmarcmilter.daemon;

import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.http.Exposition;
import org.dmarcmilter.milter.Limits;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.MilterServer;
import org.dmarcmilter.status.FailingDomains;
import org.dmarcmilter.status.ReportRun;
import org.dmarcmilter.testing.MailSystem;

/** The parts of a daemon that are counted, without a socket: what instruments read from. */
final class IdleDaemon implements AutoCloseable {
    private final Assembly assembly = new Assembly();
    private final FailingDomains failing = new FailingDomains(MailSystem.NOW);
    private final Recorders recorders;
    private final MilterServer server;
    private final Instruments.Sources sources;

    private IdleDaemon(Configuration configuration, Optional<ReportRun> run) {
        Assembly.Assembled assembled = assembly.assemble(configuration);
        recorders = new Recorders(Optional.empty(), assembled, new ReportRecorder(), Optional.of(failing));
        server = new MilterServer(
                new DmarcFilter(assembled::rules, recorders), Limits.DEFAULTS, new MilterReply.Accept(), 1);
        sources = new Instruments.Sources(
                server,
                recorders,
                assembly,
                new Reloads(MailSystem.NOW),
                () -> configuration,
                assembled::suffixes,
                () -> run);
    }

    /** With built-in defaults, and what a run of reports has left. */
    static IdleDaemon with(Optional<ReportRun> run) {
        try {
            return new IdleDaemon(
                    Configuration.load(Optional.of("-"), InputStream.nullInputStream(), Overrides.NONE), run);
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    Recorders recorders() {
        return recorders;
    }

    FailingDomains failing() {
        return failing;
    }

    Instruments.Sources sources() {
        return sources;
    }

    /** As /metrics shows it. */
    String text() {
        return Exposition.text(Instruments.read(sources));
    }

    @Override
    public void close() {
        server.close();
        assembly.network().close();
        recorders.flushAndClose(Duration.ofSeconds(5));
    }
}
