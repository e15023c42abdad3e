package org.dmarcmilter.daemon;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * How many connections the limit of open files leaves room for, so that those that are open have sockets for their DNS questions,
 * and files for history and reports.
 *
 * @param limit of this process (RLIMIT_NOFILE, which Java raises as far as it may)
 */
record OpenFiles(long limit) {
    /** The sockets of DNS questions, at most 4,000, and what Java, the log, history and counters have open. */
    private static final int OTHERS = 4_200;

    static OpenFiles ofThisProcess() {
        return new OpenFiles(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        ? unix.getMaxFileDescriptorCount()
                        : Long.MAX_VALUE);
    }

    /** How many connections may be open where that many are wanted: half of a low limit, all but the others of a high one. */
    int connections(int wanted) {
        return (int) Math.min(wanted, Math.max(1, Math.max(limit / 2, limit - OTHERS)));
    }

    /** What to say at the start if that are fewer. */
    Optional<String> warning(int wanted) {
        int allowed = connections(wanted);
        return allowed == wanted
                ? Optional.empty()
                : Optional.of("only " + limit + " files may be open, where MaxConnections " + wanted + " needs "
                        + Math.min(2L * wanted, (long) wanted + OTHERS) + ": more than " + allowed
                        + " connections are closed at once. Raise the limit (LimitNOFILE= of the service unit, ulimit -n), or"
                        + " set MaxConnections " + allowed);
    }
}
