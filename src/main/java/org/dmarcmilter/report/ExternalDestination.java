package org.dmarcmilter.report;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.text.TagList;

/**
 * Verification of a report address outside of the policy's organizational domain (RFC 7489, section 7.1; RFC 9990,
 * section 4): the receiver says in the DNS that it wants these reports.
 */
final class ExternalDestination {
    private ExternalDestination() {}

    /**
     * Where the receiver says so.
     *
     * @param policyDomain where the policy record was found
     * @param host the domain of the report address
     * @return {@code policyDomain._report._dmarc.host}; empty if the DNS has no room for it, which verifies nothing
     */
    static Optional<DomainName> name(DomainName policyDomain, DomainName host) {
        return host.prefixed(policyDomain + "._report._dmarc");
    }

    /**
     * Reads the TXT records at that name. One that is a DMARC record authorises, also beside others.
     *
     * @param asked the address the owner published
     * @param tag under which the receiver may name other addresses: {@code rua} or {@code ruf}
     * @return the addresses to use: the one that was asked for, or those of the records' own tag, which must be of the same
     *     host; none if the receiver does not agree, or names another host
     */
    static List<ReportAddress> judge(List<String> records, ReportAddress asked, String tag) {
        List<String> authorising =
                records.stream().filter(ExternalDestination::authorises).toList();
        List<String> instead = authorising.stream()
                .flatMap(record -> tag(record, tag).stream())
                .flatMap(uris -> TagList.items(uris, ',').stream())
                .toList();
        if (authorising.isEmpty()) {
            return List.of();
        }
        if (instead.isEmpty()) {
            return List.of(asked);
        }
        List<ReportAddress> addresses = instead.stream()
                // A limit of size says nothing here, as under RFC 9989.
                .flatMap(uri -> DmarcUri.parse(uri, Standard.RFC9989).stream())
                .flatMap(uri -> ReportAddress.of(uri).stream())
                .distinct()
                .toList();
        boolean allThere =
                addresses.stream().allMatch(address -> address.domain().equals(asked.domain()));
        return allThere ? addresses : List.of();
    }

    /** Whether it is a list of tags that begins with {@code v=DMARC1}; what is none is to be discarded (RFC 7489, section 7.1, step 6). */
    private static boolean authorises(String record) {
        TagList.Tag version = TagList.first(record);
        return version.name().equals("v")
                && version.value().equals("DMARC1")
                && TagList.tags(record).stream().allMatch(TagList.Tag::isPair);
    }

    /** The value of a tag, if it is there and not empty. */
    private static Optional<String> tag(String record, String name) {
        return TagList.tags(record).stream()
                .filter(tag -> tag.name().equalsIgnoreCase(name) && !tag.value().isEmpty())
                .map(TagList.Tag::value)
                .findFirst();
    }
}
