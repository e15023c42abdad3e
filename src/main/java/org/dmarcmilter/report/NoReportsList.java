package org.dmarcmilter.report;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Who does not want failure reports: the file of the option NoReportsList.
 *
 * @param entries addresses and bare domains, in lower case
 */
public record NoReportsList(Set<String> entries) {
    /** Nobody has asked to be left alone. */
    public static final NoReportsList NONE = new NoReportsList(Set.of());

    public NoReportsList {
        entries = Set.copyOf(entries);
    }

    /**
     * Reads the file's text: one entry a line, its first word; {@code #} begins a comment anywhere. As in OpenDMARC's other
     * lists a line that begins with white space holds nothing.
     */
    public static NoReportsList parse(String text) {
        Set<String> entries = new HashSet<>();
        text.lines().forEach(line -> {
            int comment = line.indexOf('#');
            String entry = (comment < 0 ? line : line.substring(0, comment)).split("\\s", 2)[0];
            if (!entry.isEmpty()) {
                entries.add(entry.toLowerCase(Locale.ROOT));
            }
        });
        return new NoReportsList(entries);
    }

    /** Whether that address is listed, or exactly its domain. */
    boolean contains(ReportAddress address) {
        return entries.contains(address.text().toLowerCase(Locale.ROOT))
                || entries.contains(address.domain().ascii());
    }
}
