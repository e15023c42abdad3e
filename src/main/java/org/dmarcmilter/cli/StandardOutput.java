package org.dmarcmilter.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * The log on standard output: for journald with the severity in front ({@code <6>TEXT}), otherwise with time and level
 * ({@code 2026-11-24T07:00:00.000Z INFO TEXT}).
 */
final class StandardOutput implements LogSink {
    private static final String[] LEVELS = {"ERROR", "ERROR", "ERROR", "ERROR", "WARN", "INFO", "INFO", "DEBUG"};

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final boolean journal;

    StandardOutput(boolean journal) {
        this.journal = journal;
    }

    @Override
    public void write(List<Line> lines) throws IOException {
        StringBuilder text = new StringBuilder(lines.size() * 100);
        for (Line line : lines) {
            if (journal) {
                text.append('<').append(line.severity()).append('>');
            } else {
                text.append(Instant.ofEpochMilli(line.millis())).append(' ');
                text.append(LEVELS[line.severity()]).append(' ');
            }
            text.append(line.text()).append('\n');
        }
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Standard output is not ours to close. */
    @Override
    public void close() {}
}
