package org.dmarcmilter.history;

import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** Lines of a text that may hold anything: of a line that is too long no more is kept than shows it. */
final class BoundedLines {
    private static final int BUFFER = 32_768;

    private final Reader in;
    private final int most;
    private final char[] buffer = new char[BUFFER];
    private int next;
    private int filled;

    /** @param most characters of a line; of a longer one a single character more is kept */
    BoundedLines(Reader in, int most) {
        this.in = in;
        this.most = most;
    }

    /** The next line without its line feed; null at the end. */
    @Nullable
    String next() throws IOException {
        if (next == filled && !fill()) {
            return null;
        }
        int end = lineFeed();
        if (end < filled) {
            // Nearly every line: all of it is in the buffer.
            String line = new String(buffer, next, Math.min(end - next, most + 1));
            next = end + 1;
            return line;
        }
        StringBuilder line = new StringBuilder();
        do {
            end = lineFeed();
            line.append(buffer, next, Math.min(end - next, most + 1 - line.length()));
            next = Math.min(end + 1, filled);
        } while (end == filled && fill());
        return line.toString();
    }

    private int lineFeed() {
        int end = next;
        while (end < filled && buffer[end] != '\n') {
            end++;
        }
        return end;
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = Math.max(in.read(buffer, 0, BUFFER), 0);
        return filled > 0;
    }
}
