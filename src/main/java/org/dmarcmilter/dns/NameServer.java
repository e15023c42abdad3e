package org.dmarcmilter.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A configured server and whether it has answered lately. One that has not is asked after the others for a while. */
final class NameServer {
    private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);
    private static final Duration REST = Duration.ofSeconds(30);
    /** One question may be slow because of its zone; three in a row with no answer between them are the server. */
    private static final int SILENCES_BEFORE_REST = 3;

    private final InetSocketAddress address;
    private final AtomicInteger silences = new AtomicInteger();
    private volatile long restUntil;

    NameServer(InetSocketAddress address) {
        this.address = address;
    }

    InetSocketAddress address() {
        return address;
    }

    /** @param now {@link System#nanoTime} */
    boolean isResting(long now) {
        return silences.get() >= SILENCES_BEFORE_REST && restUntil - now > 0;
    }

    /** It replied, with whatever. */
    void answered() {
        if (silences.get() > 0 && silences.getAndSet(0) >= SILENCES_BEFORE_REST) {
            LOG.info("DNS server {} answers again", this);
        }
    }

    /** It did not reply in time, or could not be reached. */
    void silent(long now) {
        restUntil = now + REST.toNanos();
        if (silences.incrementAndGet() == SILENCES_BEFORE_REST) {
            LOG.warn(
                    "DNS server {} has not answered {} times in a row; for {} s the other servers are asked first."
                            + " Results are temperror if none answers.",
                    this,
                    SILENCES_BEFORE_REST,
                    REST.toSeconds());
        }
    }

    /** {@code 192.0.2.53} or {@code 192.0.2.53:5353}; {@code [2001:db8::53]:5353}. */
    @Override
    public String toString() {
        return ResolvConf.text(address);
    }
}
