package org.dmarcmilter.recorded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.evaluation.Evaluation;

/** Finds the records of one message: by its queue id in history files, and from there the same message in the journal, which has no such ids. */
public final class RecordedSearch {
    /** So many records are handed out; an MTA may use a queue id again after a time. */
    public static final int MOST = 20;

    /** Journal and history are written by threads of their own, and the journal has whole seconds. */
    private static final Duration SAME_TIME = Duration.ofSeconds(2);

    private RecordedSearch() {}

    /**
     * The records with that queue id, in the order of the files; of more than {@value #MOST} the last ones.
     *
     * @param problems takes what cannot be read of a file
     */
    public static List<RecordedMessage> byQueueId(String queueId, List<Path> files, Listener problems)
            throws IOException {
        List<RecordedMessage> found = new ArrayList<>();
        HistoryFiles.read(files, new Listener() {
            @Override
            public void message(RecordedMessage message) {
                problems.message(message);
                if (message.evaluation().queueId().equals(queueId)) {
                    found.add(message);
                    if (found.size() > MOST) {
                        found.remove(0);
                    }
                }
            }

            @Override
            public void problem(String what) {
                problems.problem(what);
            }

            @Override
            public void progress(long done, long all) {
                problems.progress(done, all);
            }
        });
        return found;
    }

    /**
     * The same message in the journal: the same second or nearly so, author domain, client and sender. Empty if there is none, or if
     * there are several of which another thing is told.
     */
    public static Optional<RecordedMessage> inJournal(RecordedMessage message, Path stateDirectory) throws IOException {
        Evaluation wanted = message.evaluation();
        Instant from = wanted.at().minus(SAME_TIME);
        Instant to = wanted.at().plus(SAME_TIME);
        List<RecordedMessage> found = new ArrayList<>();
        JournalSegments.read(stateDirectory, from, to, new Listener() {
            @Override
            public void message(RecordedMessage other) {
                if (isSame(wanted, other.evaluation())) {
                    found.add(other);
                }
            }

            @Override
            public void problem(String what) {
                // What is damaged is not found; the history has told the rest.
            }

            @Override
            public void progress(long done, long all) {}
        });
        boolean tellTheSame = found.stream()
                        .map(other -> List.of(
                                other.evaluation().overrides(),
                                other.evaluation().applied(),
                                other.evaluation().standard()))
                        .distinct()
                        .count()
                == 1;
        return tellTheSame ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static boolean isSame(Evaluation one, Evaluation other) {
        return Duration.between(one.at(), other.at()).abs().compareTo(SAME_TIME) <= 0
                && one.dmarc().author().equals(other.dmarc().author())
                && one.client().equals(other.client())
                && one.sender().domain().equals(other.sender().domain())
                && one.applied() == other.applied();
    }
}
