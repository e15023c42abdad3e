package org.dmarcmilter.dns;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * The places of the questions that are in flight, shared out fairly: who asks for much does not keep others from asking for little.
 *
 * <p>A client takes a place only while more places are free than it holds, and so does an organizational domain: one that takes
 * all it can get ends at a half, two at a third each, and there is always room for one more. Who cannot have a place waits for one.
 * The clients that wait have their turns one after the other, and so have the messages of one client.
 *
 * <p>Safe for many threads. Nobody is called while the lock is held.
 */
public final class Places {
    /** Places in a daemon. */
    public static final int IN_FLIGHT = 1_000;
    /** Who waits in a daemon: more than the clients that a mail server talks to at a time. */
    public static final int WAITING = 4_000;
    /** Places that one message takes at a time: its policy, its SPF check, and two more. */
    static final int PER_MESSAGE = 4;

    private final int places;
    private final int mostWaiting;
    private final LongAdder refused = new LongAdder();

    // Below: guarded by this.
    private final Map<Object, Integer> held = new HashMap<>();
    private final Map<Object, Line> lines = new LinkedHashMap<>();
    private int inFlight;
    private int waiting;

    /** A question that wants a place. */
    abstract static class Claim {
        final Asker asker;
        final Domain domain;

        /** @param domain the organizational domain that is asked for */
        Claim(Asker asker, String domain) {
            this.asker = asker;
            this.domain = new Domain(domain);
        }

        /** Its turn has come. Returns whether it needs the place any longer; then {@link #leave(Claim)} gives it back. */
        abstract boolean begin();

        /** Too many wait, and its client has most of them: it will have no turn. */
        abstract void refuse();
    }

    /** A domain among those who hold places, never equal to a client. */
    private record Domain(String name) {}

    /** What waits for one client: its messages in the order of their turns. */
    private static final class Line {
        final Map<Asker, Set<Claim>> byMessage = new LinkedHashMap<>();
        int length;

        void add(Claim claim) {
            byMessage
                    .computeIfAbsent(claim.asker, asker -> new LinkedHashSet<>())
                    .add(claim);
            length++;
        }

        /** The message's next turn is after all others'. */
        void remove(Claim claim) {
            Set<Claim> rest = Objects.requireNonNull(byMessage.remove(claim.asker));
            rest.remove(claim);
            if (!rest.isEmpty()) {
                byMessage.put(claim.asker, rest);
            }
            length--;
        }

        Claim last() {
            return byMessage.values().stream()
                    .flatMap(Set::stream)
                    .reduce((before, after) -> after)
                    .orElseThrow();
        }
    }

    /**
     * @param places how many questions may be in flight
     * @param mostWaiting how many may wait; beyond it, the client with the longest line has one less
     */
    public Places(int places, int mostWaiting) {
        this.places = places;
        this.mostWaiting = mostWaiting;
    }

    /** Begins at once, or as soon as there is a place; or is refused. */
    void enter(Claim claim) {
        if (takes(claim)) {
            if (!claim.begin()) {
                leave(claim);
            }
            return;
        }
        claim.asker.waitsAt(this);
        Optional<Claim> tooMany = queue(claim);
        tooMany.ifPresent(Claim::refuse);
        // A place may have come free since.
        serve();
    }

    /** Gives back a place. */
    void leave(Claim claim) {
        giveBack(claim);
        serve();
    }

    /** Ends the wait of all that waits for a message. */
    synchronized void leave(Asker asker) {
        refused.add(asker.waiting().size());
        List.copyOf(asker.waiting()).forEach(this::unqueue);
    }

    private void serve() {
        for (Optional<Claim> next = next(); next.isPresent(); next = next()) {
            if (!next.get().begin()) {
                giveBack(next.get());
            }
        }
    }

    /** Questions that wait for a place now. */
    public synchronized int waiting() {
        return waiting;
    }

    /** Questions that hold a place now. */
    public synchronized int inFlight() {
        return inFlight;
    }

    /** Questions that had no place before their message ended. */
    public long refused() {
        return refused.sum();
    }

    private synchronized boolean takes(Claim claim) {
        boolean first = !lines.containsKey(claim.asker.client);
        if (first && maySit(claim)) {
            sit(claim);
            return true;
        }
        return false;
    }

    private boolean maySit(Claim claim) {
        return claim.asker.held < PER_MESSAGE && hasShare(claim.asker.client) && hasShare(claim.domain);
    }

    private boolean hasShare(Object holder) {
        return held.getOrDefault(holder, 0) < places - inFlight;
    }

    private void sit(Claim claim) {
        inFlight++;
        claim.asker.held++;
        held.merge(claim.asker.client, 1, Integer::sum);
        held.merge(claim.domain, 1, Integer::sum);
    }

    private synchronized void giveBack(Claim claim) {
        inFlight--;
        claim.asker.held--;
        held.computeIfPresent(claim.asker.client, (client, places) -> places == 1 ? null : places - 1);
        held.computeIfPresent(claim.domain, (domain, places) -> places == 1 ? null : places - 1);
    }

    /** Returns who has to go for it. */
    private synchronized Optional<Claim> queue(Claim claim) {
        lines.computeIfAbsent(claim.asker.client, client -> new Line()).add(claim);
        claim.asker.waits(claim);
        waiting++;
        if (waiting <= mostWaiting) {
            return Optional.empty();
        }
        // Of equal ones the last: who has waited must not lose his turn to who comes.
        Claim tooMany = lines.values().stream()
                .reduce((longest, line) -> line.length >= longest.length ? line : longest)
                .orElseThrow()
                .last();
        unqueue(tooMany);
        refused.increment();
        return Optional.of(tooMany);
    }

    private void unqueue(Claim claim) {
        Line line = Objects.requireNonNull(lines.get(claim.asker.client));
        line.remove(claim);
        if (line.length == 0) {
            lines.remove(claim.asker.client);
        }
        claim.asker.waiting().remove(claim);
        waiting--;
    }

    /** Who has the next turn and may have a place, on it. */
    private synchronized Optional<Claim> next() {
        if (waiting == 0 || inFlight >= places) {
            return Optional.empty();
        }
        Optional<Claim> next = firstInTurn();
        next.ifPresent(claim -> {
            unqueue(claim);
            Line rest = lines.remove(claim.asker.client);
            if (rest != null) {
                lines.put(claim.asker.client, rest);
            }
            sit(claim);
        });
        return next;
    }

    private Optional<Claim> firstInTurn() {
        return lines.entrySet().stream()
                .filter(line -> hasShare(line.getKey()))
                .flatMap(line -> line.getValue().byMessage.entrySet().stream())
                .filter(claims -> claims.getKey().held < PER_MESSAGE)
                .flatMap(claims -> claims.getValue().stream())
                .filter(claim -> hasShare(claim.domain))
                .findFirst();
    }
}
