package org.dmarcmilter.store;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.dmarcmilter.files.FileProblem;
import org.jspecify.annotations.Nullable;

/**
 * What the journal cannot tell again if the database is lost: which periods were closed at which place of the journal, which
 * destinations reports had, what was sent. A line of text each, with a checksum; a line that is torn or damaged is skipped.
 *
 * <p>A line is written before the transaction that it tells of is committed, and is on the disk before a mail goes out.
 */
final class StoreLog implements Closeable {
    /** What a line tells. The words are those of the file. */
    enum Event {
        /** begin, seconds, when, then the last place of each journal: node, segment, position */
        CLOSE,
        /** begin, seconds, organization, contact, extra contact, submitter, generator, format */
        PREPARE,
        /** report id of the first part, number of parts */
        SPLIT,
        /** report id, errors, then of each destination: address, largest size, why it is skipped */
        OPEN,
        /** report id, cause */
        VOID,
        /** report id, number of the delivery, attempt: before the dialogue */
        SEND,
        /** report id, number of the delivery, attempt, state, cause, next try, size, when sent, reply: after it */
        RESULT,
        /** report id, number of the delivery, attempt: sent again by the operator */
        AGAIN,
        /** address, source, reason, strikes, since, until or 0 */
        SUPPRESS,
        /** address */
        UNSUPPRESS,
        /** domain, + and addresses or -, no report, note */
        WISH,
        /** domain */
        UNWISH,
        /** policy domain, newest message that passed */
        PASS,
        /** how often the database was closed, which now holds all that stands above */
        CLEAN
    }

    /** One line. */
    record Entry(Event event, List<String> fields) {
        Entry {
            fields = List.copyOf(fields);
        }

        String text(int index) {
            return fields.get(index);
        }

        long number(int index) {
            return Long.parseLong(fields.get(index));
        }

        /** The number of the closing that it tells; 0 if it tells something else. */
        long closing() {
            return event == Event.CLEAN && !fields.isEmpty() ? number(0) : 0;
        }
    }

    /** Takes the lines of the file in order. */
    interface Sink {
        void take(Entry entry) throws IOException;
    }

    private static final int BUFFER = 32_768;

    /** Octets: more than a line that tells of closing has. */
    private static final int LAST_LINE = 80;

    private final Path file;
    private FileChannel channel;

    /** Opens the file, or makes it. */
    StoreLog(Path file) throws IOException {
        this.file = file;
        this.channel = open(file);
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
            }
            FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            if (channel.size() > 0) {
                // What a killed process left of its last line must not swallow the next one.
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            return channel;
        } catch (IOException e) {
            throw new StoreException(file + ": " + FileProblem.reason(e), e);
        }
    }

    /** Appends a line; it is on the disk after {@link #force}. */
    void append(Event event, Object... fields) throws IOException {
        write(channel, line(event, List.of(fields)));
    }

    private void write(FileChannel to, String line) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        try {
            while (octets.hasRemaining()) {
                to.write(octets);
            }
        } catch (IOException e) {
            throw new StoreException(file + ": " + FileProblem.reason(e), e);
        }
    }

    /** Waits until all lines are on the disk. */
    void force() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new StoreException(file + ": " + FileProblem.reason(e), e);
        }
    }

    /**
     * Reads the file.
     *
     * @return how many lines were damaged
     */
    static long read(Path file, Sink sink) throws IOException {
        long damaged = 0;
        if (!Files.exists(file)) {
            return 0;
        }
        // Octets that are no UTF-8 become replacement characters, and the checksum refuses the line.
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.isEmpty()) {
                    continue;
                }
                Entry entry = entry(line);
                if (entry == null) {
                    damaged++;
                } else {
                    sink.take(entry);
                }
            }
        }
        return damaged;
    }

    /** The number of the closing that is the last thing told; 0 if it is none, or cannot be read. */
    static long lastClosing(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        ByteBuffer octets = ByteBuffer.allocate(LAST_LINE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.read(octets, Math.max(0, channel.size() - LAST_LINE));
        } catch (IOException e) {
            throw new StoreException(file + ": " + FileProblem.reason(e), e);
        }
        String end = new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8).stripTrailing();
        Entry last = entry(end.substring(end.lastIndexOf('\n') + 1));
        return last == null ? 0 : last.closing();
    }

    /** Writes lines to a new file that takes the place of the old one; killed anywhere, one of them is there. */
    interface Rewriting {
        void write(Sink to) throws IOException;
    }

    /** Replaces the file by what is written to it now. */
    void rewrite(Rewriting writing) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        FileChannel next = open(unfinished);
        try {
            StringBuilder waiting = new StringBuilder();
            writing.write(entry -> {
                waiting.append(line(entry.event(), entry.fields()));
                if (waiting.length() > BUFFER) {
                    write(next, waiting.toString());
                    waiting.setLength(0);
                }
            });
            write(next, waiting.toString());
            next.force(true);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            next.close();
            throw e;
        }
        channel.close();
        channel = next;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static String line(Event event, List<?> fields) {
        StringBuilder line = new StringBuilder(event.name().toLowerCase(Locale.ROOT));
        for (Object field : fields) {
            line.append('\t');
            escape(line, field.toString());
        }
        return line + "\t" + checksum(line.toString()) + "\n";
    }

    private static @Nullable Entry entry(String line) {
        int end = line.lastIndexOf('\t');
        if (end < 0 || !checksum(line.substring(0, end)).equals(line.substring(end + 1))) {
            return null;
        }
        List<String> fields = new ArrayList<>();
        for (String field : line.substring(0, end).split("\t", -1)) {
            fields.add(unescape(field));
        }
        try {
            Event event = Event.valueOf(fields.get(0).toUpperCase(Locale.ROOT));
            return new Entry(event, fields.subList(1, fields.size()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String checksum(String text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    private static void escape(StringBuilder line, String field) {
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            switch (c) {
                case '\\' -> line.append("\\\\");
                case '\t' -> line.append("\\t");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                default -> line.append(c);
            }
        }
    }

    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 1 < field.length()) {
                i++;
                c = switch (field.charAt(i)) {
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default -> field.charAt(i);
                };
            }
            text.append(c);
        }
        return text.toString();
    }
}
