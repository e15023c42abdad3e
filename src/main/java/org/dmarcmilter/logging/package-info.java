/**
 * Where log lines go: standard output for a terminal or the journal, {@code logger(1)} for the system log.
 *
 * <p>Begin with {@link LogSetup}. Whoever logs does so through SLF4J and never waits: {@link LogQueue} holds the lines for a thread
 * named {@code log}, which writes them to a {@link LogSink}. The only place of Logback. Uses {@code config} for the options of the
 * log, and nothing else of the program.
 *
 * <p>Its own lines: {@code N log lines were lost: the log cannot keep up}; and on standard error, as the log may be what is broken,
 * {@code Syslog is on, but there is no program logger...} and {@code Syslog is on, but nothing listens at /dev/log...}.
 */
@NullMarked
package org.dmarcmilter.logging;

import org.jspecify.annotations.NullMarked;
