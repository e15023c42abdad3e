package org.dmarcmilter.worker;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.dmarcmilter.report.Destination.Obstacle;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.store.Suppression;

/** What log lines call things. */
final class Words {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final long KILO = 1_000;
    private static final long MEGA = 1_000_000;

    private Words() {}

    /** A report. */
    static String name(StoredReport report) {
        return "report " + report.identity().reportId() + " " + report.policy().domain() + " "
                + DAY.format(report.identity().begin());
    }

    /** Why nothing goes to an address. */
    static String of(Obstacle obstacle) {
        return switch (obstacle) {
            case BAD_ADDRESS -> "the address cannot be used";
            case UNAUTHORIZED -> "its host has not agreed to get reports about that domain";
            case EXCLUDED -> "NoReportsList has it";
            case SUPPRESSED -> "it is suppressed";
            case TOO_LARGE -> "the mail is too large";
            case DNS -> "not yet, the DNS does not say whether its host agrees";
        };
    }

    /** Why nothing goes to an address for a time. */
    static String of(Suppression suppression) {
        return "suppressed "
                + suppression.until().map(until -> "until " + DAY.format(until)).orElse("for good") + " ("
                + suppression.source().word()
                + (suppression.strikes() > 1 ? ", " + suppression.strikes() + " times" : "")
                + (suppression.reason().isEmpty() ? "" : ": " + suppression.reason()) + ")";
    }

    /** Octets. */
    static String size(long octets) {
        if (octets < KILO) {
            return octets + " B";
        }
        return octets < MEGA
                ? String.format(Locale.ROOT, "%.1f kB", octets / (double) KILO)
                : String.format(Locale.ROOT, "%.1f MB", octets / (double) MEGA);
    }
}
