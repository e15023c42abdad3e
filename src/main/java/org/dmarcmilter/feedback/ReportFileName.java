package org.dmarcmilter.feedback;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.aggregate.AggregateReport;

/**
 * The name of a report's file (RFC 9990, section 3.5.2; RFC 7489, section 7.2.1.1):
 * {@code mx.rep.example!example.com!1795737600!1795823999!2026112700k3f9qv7m2x4tya5c.xml.gz}. At most 580 characters.
 *
 * @param submitter who reports
 * @param domain the policy domain
 * @param begin of the period, seconds since the epoch
 * @param end of the period
 * @param id tells it from others; empty for none
 */
record ReportFileName(String submitter, String domain, String begin, String end, String id) {
    private static final Pattern FORM = Pattern.compile(
            "([^!/]{1,253})!([^!/]{1,253})!([0-9]{1,19})!([0-9]{1,19})(?:!([A-Za-z0-9]{1,255}))?\\.xml(?:\\.gz)?");

    static ReportFileName of(AggregateReport report) {
        return new ReportFileName(
                report.identity().submitter(),
                report.policy().domain().ascii(),
                String.valueOf(report.identity().begin().getEpochSecond()),
                String.valueOf(report.identity().end().getEpochSecond()),
                report.identity().reportId());
    }

    /** Empty if the name does not have this form. */
    static Optional<ReportFileName> parse(String name) {
        Matcher parts = FORM.matcher(name);
        return parts.matches()
                ? Optional.of(new ReportFileName(
                        parts.group(1),
                        parts.group(2),
                        parts.group(3),
                        parts.group(4),
                        parts.group(5) == null ? "" : parts.group(5)))
                : Optional.empty();
    }

    /** With the ending of a file in gzip. */
    String text() {
        return submitter + "!" + domain + "!" + begin + "!" + end + (id.isEmpty() ? "" : "!" + id) + ".xml.gz";
    }
}
