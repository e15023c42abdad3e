package org.dmarcmilter.report;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.dmarcmilter.text.EntryList;

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
        for (EntryList.Entry entry : EntryList.of(text)) {
            if (!entry.indented()) {
                entries.add(entry.word().toLowerCase(Locale.ROOT));
            }
        }
        return new NoReportsList(entries);
    }

    /** Whether that address is listed, or exactly its domain. */
    boolean contains(ReportAddress address) {
        return entries.contains(address.text().toLowerCase(Locale.ROOT))
                || entries.contains(address.domain().ascii());
    }
}
