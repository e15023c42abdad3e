/**
 * The running daemon: start, reload, health, drain. The one place that wires the others together.
 *
 * <p>Begin with {@link Daemon}, one readable method from start to end. {@link Configuration} is the file in force, with the
 * {@link ListFiles} that it names and what {@link MachineCheck} finds wrong about this machine; {@link Assembly} makes of it what
 * decides about messages, {@link Recorders} passes each judged message to history, failure reports and counters, {@link Instruments}
 * is the table of counters. {@link Signals}, {@link ServiceManager} and {@link PidFile} face the operating system.
 *
 * <p>May use every package but {@code cli} and {@code explain}; only here are {@code history}, {@code report}, {@code http} and
 * {@code filter} known. It neither ends the process nor knows exit codes: {@code cli} does.
 *
 * <p>Log lines: {@code NAME starting (args: ...)}, {@code additional trusted authentication services: ...}, {@code ... has no effect:
 * ...} for each option that does nothing here, {@code metrics on ...}, {@code listening on ...}, {@code configuration reloaded from ...},
 * {@code ... (the old configuration stays)}, {@code changes of ... take effect at the next start}, {@code can't write pid to ...},
 * {@code systemd-notify cannot be run: ...}, {@code NAME terminating with status 0},
 * and {@code NAME terminating, to be started again} after the DNS client's {@code No DNS question can be asked any more: ...}.
 */
@NullMarked
package org.dmarcmilter.daemon;

import org.jspecify.annotations.NullMarked;
