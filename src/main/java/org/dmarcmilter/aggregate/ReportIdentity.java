package org.dmarcmilter.aggregate;

import java.time.Instant;

/**
 * Which report it is and who says so; fixed when the report is prepared, so that a retry after a reload or an upgrade shows what the
 * first try showed.
 *
 * @param reportId letters and digits; the same on every try (RFC 9990, section 3.5.1)
 * @param begin of the period, inclusive
 * @param end its last second, inclusive
 * @param organization {@code org_name}
 * @param contact {@code email}
 * @param extraContact {@code extra_contact_info}; empty for none
 * @param submitter the domain in Subject, file name and Message-ID
 * @param generator program and version
 * @param format which of the two schemas
 */
public record ReportIdentity(
        String reportId,
        Instant begin,
        Instant end,
        String organization,
        String contact,
        String extraContact,
        String submitter,
        String generator,
        Format format) {

    /** The two report formats. */
    public enum Format {
        RFC7489,
        RFC9990
    }
}
