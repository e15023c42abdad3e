package org.dmarcmilter.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.history.HistoryReader;
import org.dmarcmilter.history.RecordedEvaluation;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.JournalWriter;
import org.dmarcmilter.journal.WholeSegment;

/**
 * Makes of OpenDMARC's history file, whoever wrote it, a segment of the journal, which the next import counts like any other. The
 * segment's node is named after the content, so that a file that was read before is known, whatever it is called by then.
 */
public final class HistoryImport {
    /** So many complaints are kept; of more their number. */
    private static final int MAX_LISTED = 20;

    private static final String NODE = "history.";
    private static final int HASH_OCTETS = 16;
    private static final int BUFFER = 65_536;

    /**
     * What was found.
     *
     * @param known whether a file of this content was read before, and so nothing was done
     * @param recorded messages that reports can tell of
     * @param leftOut messages that no report tells of: nobody asked for one, they come again, their client has no address
     * @param problems lines and records that cannot be used
     * @param listed the first of these, in words, with their lines
     */
    public record Summary(boolean known, long recorded, long leftOut, long problems, List<String> listed) {
        public Summary {
            listed = List.copyOf(listed);
        }
    }

    private final Path stateDirectory;
    private final RecordingRules rules;
    private final boolean told;
    private final Instant now;
    private final List<String> listed = new ArrayList<>();
    private long recorded;
    private long leftOut;
    private long problems;

    /**
     * For one file.
     *
     * @param told whether messages of periods that are over were told of by who wrote the file, and are no reason to report
     */
    public HistoryImport(Path stateDirectory, RecordingRules rules, boolean told, Instant now) {
        this.stateDirectory = stateDirectory;
        this.rules = rules;
        this.told = told;
        this.now = now;
    }

    /**
     * Reads a file. Nothing is written if it cannot be read to its end, or somebody writes to it meanwhile.
     *
     * @param counted journals that the store knows
     */
    public Summary run(Path file, List<String> counted) throws IOException {
        String node = NODE + hash(file);
        boolean known = counted.contains(node)
                || new JournalDirectory(stateDirectory)
                        .segments().stream().anyMatch(segment -> segment.node().equals(node));
        if (known) {
            return new Summary(true, 0, 0, 0, List.of());
        }
        JournalWriter.Identity identity = new JournalWriter.Identity(node, ProgramVersion.NAME_AND_VERSION);
        try (WholeSegment segment = WholeSegment.begin(stateDirectory, identity, now);
                DigestInputStream in = new DigestInputStream(Files.newInputStream(file), sha256())) {
            HistoryReader.read(
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1), BUFFER),
                    record -> RecordedEvaluation.of(record, this::complain)
                            .ifPresent(evaluation -> take(evaluation, segment)),
                    this::complain);
            if (!node.equals(NODE + hex(in))) {
                throw new IOException(file + ": somebody writes to it; give it another name and try again");
            }
            segment.finish();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return new Summary(false, recorded, leftOut, problems, listed);
    }

    private void complain(String problem) {
        problems++;
        if (listed.size() < MAX_LISTED) {
            listed.add(problem);
        }
    }

    private void take(Evaluation evaluation, WholeSegment segment) {
        Optional<ReportFacts> facts = rules.facts(evaluation, false);
        if (facts.isEmpty()) {
            leftOut++;
            return;
        }
        boolean over =
                !Period.at(evaluation.at(), facts.get().policy().every()).next().isAfter(now);
        try {
            segment.add(new JournalRecord(
                    evaluation.at(), over && told ? facts.get().weighing(Weight.PAST) : facts.get()));
            recorded++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(Path file) throws IOException {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return hex(in);
        }
    }

    private static String hex(DigestInputStream read) {
        return HexFormat.of().formatHex(Arrays.copyOf(read.getMessageDigest().digest(), HASH_OCTETS));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
