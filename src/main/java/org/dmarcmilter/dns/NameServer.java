package org.dmarcmilter.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Name;

/** A configured server and whether it has answered lately. One that has not is asked after the others for a while. */
final class NameServer {
    private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);
    private static final Duration REST = Duration.ofSeconds(30);
    /**
     * The servers of one domain may be dead, or slow on purpose, and then ours is silent about it. About so many domains, with no
     * answer between them, it is ours.
     */
    private static final int SILENT_DOMAINS_BEFORE_REST = 5;

    private final InetSocketAddress address;
    /** Since its last reply. */
    private final Set<Name> silentAbout = new HashSet<>();

    private long restUntil;

    /** By {@link System#nanoTime}. */
    private volatile Optional<Long> lastReply = Optional.empty();

    NameServer(InetSocketAddress address) {
        this.address = address;
    }

    InetSocketAddress address() {
        return address;
    }

    /** @param now {@link System#nanoTime} */
    synchronized boolean isResting(long now) {
        return isSilent() && restUntil - now > 0;
    }

    private boolean isSilent() {
        return silentAbout.size() >= SILENT_DOMAINS_BEFORE_REST;
    }

    /** It replied, with whatever. */
    synchronized void answered() {
        if (isSilent()) {
            LOG.info("DNS server {} answers again", this);
        }
        silentAbout.clear();
        lastReply = Optional.of(System.nanoTime());
    }

    /** When it last replied, by {@link System#nanoTime}; empty if it has not yet. */
    Optional<Long> lastReply() {
        return lastReply;
    }

    /** It did not reply in time, or could not be reached. */
    synchronized void silent(Name question, long now) {
        restUntil = now + REST.toNanos();
        if (!isSilent() && silentAbout.add(domain(question)) && isSilent()) {
            LOG.warn(
                    "DNS server {} has not answered questions about {} domains in a row; for {} s the other servers are asked"
                            + " first. Results are temperror if none answers.",
                    this,
                    SILENT_DOMAINS_BEFORE_REST,
                    REST.toSeconds());
        }
    }

    /** Its last two labels: whoever has a domain has all names below it. Under a suffix like co.uk many owners count as one. */
    private static Name domain(Name question) {
        return new Name(question, Math.max(0, question.labels() - 3));
    }

    /** {@code 192.0.2.53} or {@code 192.0.2.53:5353}; {@code [2001:db8::53]:5353}. */
    @Override
    public String toString() {
        return ResolvConf.text(address);
    }
}
