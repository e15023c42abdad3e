package org.dmarcmilter.evaluation;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A spool in which things wait as they are handed over: their form is made on its thread, and costs whoever hands over nothing.
 *
 * @param <T> what is written
 */
public final class ItemSpool<T> extends Spool {
    private record Waiting<T>(T item, long octets) {}

    /** So many waiting items are written without waiting for the end of the interval. */
    private static final int ENOUGH_TO_WRITE = 256;

    private final ToLongFunction<T> size;
    private final Queue<Waiting<T>> queue = new ConcurrentLinkedQueue<>();

    /**
     * A spool whose thread has not begun.
     *
     * @param size octets that an item takes while it waits, about
     */
    public ItemSpool(Place place, Bounds bounds, ToLongFunction<T> size, Writer writer) {
        super(place, bounds, writer);
        this.size = size;
    }

    /** Hands over one item. Never blocks and never fails: what does not fit is counted in {@link #dropped}. */
    public void offer(T item) {
        long octets = size.applyAsLong(item);
        if (admit(octets)) {
            queue.add(new Waiting<>(item, octets));
            if (waiting() >= enough(ENOUGH_TO_WRITE)) {
                wake();
            }
        }
    }

    /**
     * For the writer: the oldest item in the form in which it is written; those that have none are passed over.
     *
     * @param form empty for an item that is none to write
     * @param id what the log calls an item, from outside
     */
    public <F> Optional<F> take(Function<T, Optional<F>> form, Function<T, String> id) {
        for (Optional<T> next = take(); next.isPresent(); next = take()) {
            try {
                Optional<F> formed = form.apply(next.get());
                if (formed.isPresent()) {
                    return formed;
                }
                passOver();
            } catch (RuntimeException e) {
                passOver();
                tellOfBug(id.apply(next.get()), e);
            }
        }
        return Optional.empty();
    }

    private Optional<T> take() {
        Waiting<T> next = queue.poll();
        if (next == null) {
            return Optional.empty();
        }
        release(next.octets());
        return Optional.of(next.item());
    }
}
