/**
 * The command line: flags, commands, what they print, exit codes. The only place that ends the program.
 *
 * <p>Begin with {@link Main}; {@link DaemonCommand} reads the daemon's flags and runs {@code daemon.Daemon}, {@link CheckCommand} and
 * {@link ExplainCommand} print what {@code explain} says, {@link TestMode} is {@code -t}, {@link Migration} is {@code -n},
 * {@link TrainingRun} is what {@code make-class-archive} watches. May use
 * {@code daemon} (to read the configuration and to make the rules as the daemon does), {@code explain}, {@code logging}, {@code files}, and what
 * judges a message. Writes to the terminal and not to the log.
 */
@NullMarked
package org.dmarcmilter.cli;

import org.jspecify.annotations.NullMarked;
