package org.dmarcmilter.filter;

import org.dmarcmilter.judge.LogLine;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/** Writes decided lines to the log. SLF4J has no notice, so a notice is an info line with the marker NOTICE. */
final class LogWriter {
    private static final Marker NOTICE = MarkerFactory.getMarker("NOTICE");

    private LogWriter() {}

    static void write(Logger log, LogLine line) {
        switch (line.severity()) {
            case ERROR -> log.error(line.text());
            case WARNING -> log.warn(line.text());
            case NOTICE -> log.info(NOTICE, line.text());
            case INFO -> log.info(line.text());
            case DEBUG -> log.atDebug().log(line.words());
        }
    }
}
