package org.dmarcmilter.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MarkerFactory;

/** What comes out of the queue; the log thread has ended when a test looks. */
class LogQueueTest {
    private final List<LogSink.Line> written = new ArrayList<>();

    private void log(Consumer<Logger> writer) {
        LoggerContext context = new LoggerContext();
        LogQueue queue = new LogQueue(
                new LogSink() {
                    @Override
                    public void write(List<Line> lines) {
                        written.addAll(lines);
                    }

                    @Override
                    public void close() {}
                },
                new LongAdder());
        queue.setContext(context);
        queue.start();
        Logger logger = context.getLogger("test");
        logger.setLevel(Level.DEBUG);
        logger.addAppender(queue);
        writer.accept(logger);
        context.stop();
        queue.stop();
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        Q1: example.com pass    | Q1: example.com pass       | an ordinary line
        Q1\\u000a<0>kernel: evil | Q1\\x0a<0>kernel: evil      | a line feed
        Q1\\u000d\\u0000\\u0009x   | Q1\\x0d\\x00\\x09x            | other control characters
        Q1\\u001b[2J\\u007f       | Q1\\x1b[2J\\x7f              | what moves a cursor
        Q1\\u0085x\\u009b2J       | Q1\\x85x\\x9b2J              | control characters beyond ASCII
        Q1\\u2028x\\u2029y        | Q1\\x2028x\\x2029y           | line ends of Unicode
        """)
    void aMessageIsOneLine(String text, String line, String why) {
        StringBuilder message = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\\u", i)) {
                message.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                message.append(text.charAt(i));
            }
        }
        log(logger -> logger.info("{}", message));
        assertEquals(List.of(line), written.stream().map(LogSink.Line::text).toList());
    }

    @Test
    void soIsABug() {
        log(logger -> logger.error("Q1", new IllegalStateException("a\nb", new IllegalArgumentException("c\nd"))));
        assertEquals(1, written.size());
        String line = written.get(0).text();
        assertEquals(0, line.indexOf("Q1: java.lang.IllegalStateException: a\\x0ab "), line);
        assertEquals(1, line.split("; caused by java.lang.IllegalArgumentException: c\\\\x0ad ", -1).length - 1, line);
    }

    @Test
    void severitiesAreThoseOfSyslog() {
        log(logger -> {
            logger.error("error");
            logger.warn("warning");
            logger.info(MarkerFactory.getMarker("NOTICE"), "notice");
            logger.info("info");
            logger.debug("debug");
        });
        assertEquals(
                List.of("3 error", "4 warning", "5 notice", "6 info", "7 debug"),
                written.stream()
                        .map(line -> line.severity() + " " + line.text())
                        .toList());
    }
}
