package org.dmarcmilter.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.IpAddress;

/** One message among all that ask the DNS, and the client whose share of the {@link Places} it takes. */
public final class Asker {
    final Object client;

    // Below: guarded by the Places.
    private List<Places.Claim> waiting = List.of();
    int held;

    private volatile Optional<Places> waitsAt = Optional.empty();

    /** @param client equal for all messages of one client, and for no other's */
    public Asker(Object client) {
        this.client = client;
    }

    /**
     * A message of a client.
     *
     * @param address the client's; of IPv6 what counts is the network, as each host has 2^64 addresses to choose from
     * @param otherwise stands for a client without an address: the connection it came on
     */
    public static Asker of(Optional<IpAddress> address, Object otherwise) {
        return new Asker(address.<Object>map(Asker::network).orElse(otherwise));
    }

    private static IpAddress network(IpAddress address) {
        return address.family() == IpAddress.Family.IPV4 ? address : new IpAddress(address.family(), address.high(), 0);
    }

    /** Hardly any message has a question that waits. Guarded by the Places. */
    List<Places.Claim> waiting() {
        return waiting;
    }

    /** Guarded by the Places. */
    void waits(Places.Claim claim) {
        if (waiting.isEmpty()) {
            waiting = new ArrayList<>();
        }
        waiting.add(claim);
    }

    void waitsAt(Places places) {
        waitsAt = Optional.of(places);
    }

    /** Whether a question had to wait for a place: then it is not the DNS alone that took the time. */
    boolean hasWaited() {
        return waitsAt.isPresent();
    }

    /** What still waits is not asked any more. */
    void leave() {
        waitsAt.ifPresent(places -> places.leave(this));
    }
}
