/**
 * Debian's {@code opendmarc} and dmarc-milter side by side: the same configuration, DNS and messages, every answer compared,
 * every difference explained by a row of the table in {@code src/site/markdown/differences.md}. And the reports of OpenDMARC's
 * scripts beside ours, made of one history file ({@link ReportsSideBySideIT}, {@code src/site/markdown/aggregate-reports.md}).
 */
package org.dmarcmilter.sidebyside;
