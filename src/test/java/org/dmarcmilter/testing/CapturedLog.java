package org.dmarcmilter.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * The lines that a class or a package logs while this is open, as {@code LEVEL text}; they go nowhere else. What is marked for
 * the system log as a notice has {@code NOTICE} for its level.
 */
public final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private record Line(Level level, String text) {}

    private final Logger logger;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /** All that this class logs. */
    public CapturedLog(Class<?> logger) {
        this(logger.getName(), Level.DEBUG);
    }

    /**
     * @param logger the name of a class or a package
     * @param least what is below this level is not even written
     */
    public CapturedLog(String logger, Level least) {
        this.logger = (Logger) LoggerFactory.getLogger(logger);
        setContext(this.logger.getLoggerContext());
        start();
        this.logger.setLevel(least);
        this.logger.setAdditive(false);
        this.logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        boolean notice = event.getMarkerList() != null
                && event.getMarkerList().stream()
                        .anyMatch(marker -> marker.getName().equals("NOTICE"));
        lines.add(new Line(
                event.getLevel(),
                (notice ? "NOTICE" : event.getLevel().toString()) + " " + event.getFormattedMessage()));
    }

    public List<String> lines() {
        return lines.stream().map(Line::text).toList();
    }

    public List<String> above(Level level) {
        return lines.stream()
                .filter(line -> line.level.toInt() > level.toInt())
                .map(Line::text)
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(null);
        logger.setAdditive(true);
    }
}
