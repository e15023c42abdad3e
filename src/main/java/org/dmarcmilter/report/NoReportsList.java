package org.dmarcmilter.report;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.text.EntryList;

/**
 * Who does not want reports: the file of the option NoReportsList. An entry {@code user@example.com} is that address,
 * {@code @example.com} every address at exactly that host, and {@code example.com} both these addresses and all reports about that
 * policy or author domain. OpenDMARC's versions differ in what the last form means; whoever wrote it gets what either one did.
 *
 * @param entries in lower case
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

    /** Whether that address is listed, or exactly its host in either form. */
    public boolean contains(ReportAddress address) {
        String host = address.domain().ascii();
        return entries.contains(address.text().toLowerCase(Locale.ROOT))
                || entries.contains("@" + host)
                || entries.contains(host);
    }

    /** Whether there are no reports about exactly that policy or author domain. */
    public boolean contains(DomainName domain) {
        return entries.contains(domain.ascii());
    }

    /** The domains about which there are no reports. */
    public Set<DomainName> domains() {
        return entries.stream()
                .filter(entry -> entry.indexOf('@') < 0)
                .map(DomainName::parse)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }
}
