package org.dmarcmilter.store;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportIdentity.Format;

/**
 * What the operator decides about periods and reports.
 *
 * @param organization {@code org_name} of new reports, 1 to 255 characters
 * @param contact {@code email}, at most 320 characters
 * @param extraContact {@code extra_contact_info}, at most 400 characters; empty for none
 * @param submitter the domain in Subject, file name and Message-ID
 * @param generator program and version, at most 60 characters
 * @param format which of the two schemas
 * @param grace how long a period waits for a journal that is silent
 * @param lateLimit a message whose period is closed counts in the next one that is open if that begins no later after it
 * @param spread over which time the reports of a period are spread
 * @param giveUp how long after its period a report is still tried
 * @param maxRows a report with more is split
 * @param maxFacts so many different kinds of rows a policy domain may have in a period, about
 * @param minimumMessages with fewer there is no report
 * @param exclusion why there is no report about a policy, in at most 40 characters; empty if there may be one
 */
public record ReportRules(
        String organization,
        String contact,
        String extraContact,
        String submitter,
        String generator,
        Format format,
        Duration grace,
        Duration lateLimit,
        Duration spread,
        Duration giveUp,
        int maxRows,
        int maxFacts,
        int minimumMessages,
        Function<PublishedPolicy, Optional<String>> exclusion) {

    public ReportRules {
        check("org_name", organization, 255);
        check("email", contact, 320);
        check("extra_contact_info", extraContact, 400);
        check("submitter", submitter, 253);
        check("generator", generator, 60);
    }

    private static void check(String name, String text, int length) {
        if (text.length() > length) {
            throw new IllegalArgumentException(name + " is longer than " + length + " characters");
        }
    }

    /** The same rules for reports of another identity. */
    ReportRules with(
            String otherOrganization,
            String otherContact,
            String otherExtraContact,
            String otherSubmitter,
            String otherGenerator,
            Format otherFormat) {
        return new ReportRules(
                otherOrganization,
                otherContact,
                otherExtraContact,
                otherSubmitter,
                otherGenerator,
                otherFormat,
                grace,
                lateLimit,
                spread,
                giveUp,
                maxRows,
                maxFacts,
                minimumMessages,
                exclusion);
    }
}
