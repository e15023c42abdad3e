package org.dmarcmilter.report;

import java.util.Optional;

/**
 * The options for failure reports.
 *
 * @param enabled FailureReports
 * @param onNone FailureReportsOnNone: also when the policy is none
 * @param bcc FailureReportsBcc: an address of ours that gets each report, and reports that nobody else gets
 * @param sentBy FailureReportsSentBy: the whole value of the From field
 * @param command ReportCommand: a shell command that reads a mail with its recipients from standard input
 * @param noReports the entries of the file NoReportsList
 */
public record FailureReportSettings(
        boolean enabled,
        boolean onNone,
        Optional<String> bcc,
        Optional<String> sentBy,
        String command,
        NoReportsList noReports) {}
