package org.dmarcmilter.logging;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** The log on standard output or standard error. */
final class StandardStream implements LogSink {
    /** What stands in front of a line. */
    enum Format {
        /** {@code <6>TEXT}: journald takes the severity from the front. */
        JOURNAL,
        /** {@code 2026-11-24T07:00:00.000Z INFO TEXT}. */
        TIME,
        /** {@code dmarc-milter: TEXT}, for a person at a terminal. */
        COMMAND
    }

    private static final String[] LEVELS = {"ERROR", "ERROR", "ERROR", "ERROR", "WARN", "INFO", "INFO", "DEBUG"};

    /** Characters that are written together. */
    private static final int PIECE = 8 << 10;

    private final FileOutputStream out;
    private final Format format;

    // Used again and again, as a line for each message is much to throw away.
    private final StringBuilder text = new StringBuilder(2 * PIECE);
    private final ByteBuffer octets = ByteBuffer.allocate(2 * PIECE);
    private final CharsetEncoder encoder = StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private long lastMillis = Long.MIN_VALUE;
    private String lastTime = "";

    StandardStream(FileDescriptor stream, Format format) {
        this.out = new FileOutputStream(stream);
        this.format = format;
    }

    @Override
    public void write(List<Line> lines) throws IOException {
        for (Line line : lines) {
            switch (format) {
                case JOURNAL -> text.append('<').append(line.severity()).append('>');
                case TIME ->
                    text.append(time(line.millis()))
                            .append(' ')
                            .append(LEVELS[line.severity()])
                            .append(' ');
                case COMMAND -> text.append("dmarc-milter: ");
            }
            text.append(line.text()).append('\n');
            if (text.length() >= PIECE) {
                writeText();
            }
        }
        writeText();
    }

    /** Many lines are of one millisecond. */
    private String time(long millis) {
        if (millis != lastMillis) {
            lastMillis = millis;
            lastTime = Instant.ofEpochMilli(millis).toString();
        }
        return lastTime;
    }

    private void writeText() throws IOException {
        CharBuffer characters = CharBuffer.wrap(text);
        encoder.reset();
        boolean more = true;
        while (more) {
            more = encoder.encode(characters, octets, true).isOverflow();
            out.write(octets.array(), 0, octets.position());
            octets.clear();
        }
        text.setLength(0);
    }

    /** The standard streams are not ours to close. */
    @Override
    public void close() {}
}
