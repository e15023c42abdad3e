package org.dmarcmilter.logging;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
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

    private final FileOutputStream out;
    private final Format format;

    StandardStream(FileDescriptor stream, Format format) {
        this.out = new FileOutputStream(stream);
        this.format = format;
    }

    @Override
    public void write(List<Line> lines) throws IOException {
        StringBuilder text = new StringBuilder(lines.size() * 100);
        for (Line line : lines) {
            switch (format) {
                case JOURNAL -> text.append('<').append(line.severity()).append('>');
                case TIME ->
                    text.append(Instant.ofEpochMilli(line.millis()))
                            .append(' ')
                            .append(LEVELS[line.severity()])
                            .append(' ');
                case COMMAND -> text.append("dmarc-milter: ");
            }
            text.append(line.text()).append('\n');
        }
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The standard streams are not ours to close. */
    @Override
    public void close() {}
}
