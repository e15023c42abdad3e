package org.dmarcmilter.logging;

import java.io.IOException;
import java.util.List;

/** Where log lines end up. Called by one thread only, which may wait. */
interface LogSink extends AutoCloseable {
    /**
     * A line on its way.
     *
     * @param millis when it was logged, since the epoch
     * @param severity number of syslog.h: 3 error, 4 warning, 5 notice, 6 info, 7 debug
     * @param text without line end
     */
    record Line(long millis, int severity, String text) {}

    /** Writes lines in order, all of them in one go. */
    void write(List<Line> lines) throws IOException;

    @Override
    void close();
}
