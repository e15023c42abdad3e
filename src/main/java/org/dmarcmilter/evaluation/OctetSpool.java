package org.dmarcmilter.evaluation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.dmarcmilter.text.OctetText;

/**
 * A spool in which records wait as the octets that are written, for forms that are made in less than a microsecond: an object that waited
 * would cost more, as it would outlive its message and be moved by the collector.
 *
 * @param <T> of what a record is made
 */
public final class OctetSpool<T> extends Spool {
    /** How a record is made. */
    public interface Form<T> {
        /**
         * Appends a record, on the thread of whoever hands over, while no other is made.
         *
         * @return whether there is one
         */
        boolean append(T item, OctetText to);

        /** What the log calls an item, from outside. */
        String id(T item);
    }

    /** Records that are written at once. */
    public static final class Batch {
        private final OctetText octets = new OctetText(BATCH_ROOM);
        private int records;

        private Batch() {}

        /** The records, one behind the other. */
        public OctetText octets() {
            return octets;
        }

        /** How many there are. */
        public int records() {
            return records;
        }
    }

    /**
     * About so much is written at once: some eight hundred usual records. To call the thread costs as much as to write two hundred of
     * them, and it takes the processor from those that hand over.
     */
    private static final int BATCH_OCTETS = 196_608;

    /** So many records are written at once, however short they are. */
    private static final int BATCH_RECORDS = 1_024;

    /** So that the last record of an ordinary batch has room too. */
    private static final int BATCH_ROOM = BATCH_OCTETS + 4_096;

    /** So many empty batches are kept: the thread may be late by some, and new ones would become old garbage while it is. */
    private static final int MAX_SPARE = 6;

    private final Form<T> form;
    private final Object order = new Object();

    // The rest belongs to whoever has the order.
    private final Deque<Batch> full = new ArrayDeque<>();
    private Batch filling = new Batch();
    private final Deque<Batch> spare = new ArrayDeque<>(MAX_SPARE);

    /** A spool whose thread has not begun. */
    public OctetSpool(Place place, Bounds bounds, Form<T> form, Writer writer) {
        super(place, bounds, writer);
        this.form = form;
    }

    /** Hands over one item. Never waits for the disk and never fails: what does not fit is counted in {@link #dropped}. */
    public void offer(T item) {
        RuntimeException bug = null;
        boolean enough = false;
        synchronized (order) {
            OctetText octets = filling.octets;
            int begin = octets.length();
            try {
                if (form.append(item, octets) && admit(octets.length() - begin)) {
                    filling.records++;
                    begin = octets.length();
                    enough = begin >= BATCH_OCTETS || filling.records >= enough(BATCH_RECORDS);
                }
            } catch (RuntimeException e) {
                bug = e;
            }
            octets.cut(begin);
            if (enough) {
                full.add(filling);
                filling = empty();
            }
        }
        if (bug != null) {
            tellOfBug(form.id(item), bug);
        }
        if (enough) {
            wake();
        }
    }

    private Batch empty() {
        Batch batch = spare.poll();
        return batch == null ? new Batch() : batch;
    }

    /**
     * For the writer: the oldest batch, which is its own until it says {@link #done}.
     *
     * @param all whether it may be one that is not full yet; at the end it may be in any case
     */
    public Optional<Batch> take(boolean all) {
        synchronized (order) {
            if (full.isEmpty() && filling.records > 0 && (all || isClosing())) {
                full.add(filling);
                filling = empty();
            }
            return Optional.ofNullable(full.poll());
        }
    }

    /** For the writer: nobody needs the batch any more. */
    public void done(Batch batch) {
        synchronized (order) {
            release(batch.octets.length());
            batch.octets.cut(0);
            batch.records = 0;
            if (spare.size() < MAX_SPARE && batch.octets.room() <= 2 * BATCH_OCTETS) {
                spare.push(batch);
            }
        }
    }
}
