package org.dmarcmilter.recorded;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.history.HistoryReader;
import org.dmarcmilter.history.HistoryRecord;
import org.dmarcmilter.history.RecordedEvaluation;

/** History files of OpenDMARC, Exim or the option HistoryFile, packed by gzip or as they are. */
public final class HistoryFiles {
    private static final int BUFFER = 65_536;
    private static final int GZIP_FIRST = 0x1F;
    private static final int GZIP_SECOND = 0x8B;

    private final Listener listener;
    private long done;
    private long all;

    private HistoryFiles(Listener listener) {
        this.listener = listener;
    }

    /**
     * Reads files, each to its end.
     *
     * @throws IOException if one cannot be read; what stood before it was handed out
     */
    public static void read(List<Path> files, Listener listener) throws IOException {
        HistoryFiles reading = new HistoryFiles(listener);
        for (Path file : files) {
            reading.all += Files.size(file);
        }
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                reading.read(file.toString(), in);
            }
        }
    }

    /**
     * A history file and what logrotate made of it: FILE, and beside it FILE.1, FILE-20261127 and the like, packed or not. The oldest
     * first, the file itself last.
     */
    public static List<Path> withRotated(Path file) throws IOException {
        Path name = Optional.ofNullable(file.getFileName()).orElse(file);
        Pattern rotated = Pattern.compile(Pattern.quote(name.toString()) + "[.-][0-9][0-9-]*(\\.gz)?");
        List<Path> files = new ArrayList<>();
        try (Stream<Path> others = Files.list(file.toAbsolutePath().getParent())) {
            others.filter(other ->
                            rotated.matcher(String.valueOf(other.getFileName())).matches())
                    .forEach(files::add);
        }
        Map<Path, FileTime> times = new HashMap<>();
        for (Path other : files) {
            times.put(other, Files.getLastModifiedTime(other));
        }
        files.sort(Comparator.comparing(times::get));
        if (files.isEmpty() || Files.exists(file)) {
            files.add(file);
        }
        return files;
    }

    /** Reads a stream to its end, and closes it. */
    public static void read(String name, InputStream in, Listener listener) throws IOException {
        try (in) {
            new HistoryFiles(listener).read(name, in);
        }
    }

    private void read(String name, InputStream file) throws IOException {
        InputStream counted = new BufferedInputStream(new Counted(file), BUFFER);
        InputStream text = isPacked(counted) ? new GZIPInputStream(counted, BUFFER) : counted;
        HistoryReader.read(
                new BufferedReader(new InputStreamReader(text, StandardCharsets.ISO_8859_1), BUFFER),
                record -> take(name, record),
                problem -> listener.problem(name + ": " + problem));
        listener.progress(done, all);
    }

    private static boolean isPacked(InputStream in) throws IOException {
        in.mark(2);
        boolean packed = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
        in.reset();
        return packed;
    }

    private void take(String name, HistoryRecord record) {
        RecordedEvaluation.of(record, problem -> listener.problem(name + ": " + problem))
                .ifPresent(evaluation -> listener.message(new RecordedMessage(name, evaluation, gaps(evaluation))));
        listener.progress(done, all);
    }

    private static Set<Gap> gaps(Evaluation evaluation) {
        Set<Gap> gaps = EnumSet.of(Gap.STANDARD, Gap.TEST_MODE);
        if (evaluation.dmarc().status() == Status.NONE) {
            gaps.add(Gap.ANSWER);
        } else if (isSamplingOpen(evaluation)) {
            gaps.add(Gap.SAMPLING);
        }
        return gaps;
    }

    /** What was done tells it where as much was done as was asked for. */
    private static boolean isSamplingOpen(Evaluation evaluation) {
        DmarcResult result = evaluation.dmarc();
        return result.status() == Status.FAIL
                && result.policy() != Policy.NONE
                && result.discovery() instanceof Discovery.Found found
                && found.record().pct() > 0
                && found.record().pct() < 100
                && evaluation.applied() != Applied.REJECT
                && !(evaluation.applied() == Applied.QUARANTINE && result.policy() == Policy.QUARANTINE);
    }

    /** Counts what is read of the file. */
    private final class Counted extends FilterInputStream {
        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            done += octet < 0 ? 0 : 1;
            return octet;
        }

        @Override
        public int read(byte[] piece, int from, int length) throws IOException {
            int number = super.read(piece, from, length);
            done += Math.max(number, 0);
            return number;
        }
    }
}
