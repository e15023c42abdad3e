package org.dmarcmilter.aggregate;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.text.Printable;

/**
 * What one message adds to the aggregate report about one author domain: one record of the journal.
 *
 * @param policy what the owner published
 * @param rua the record's valid {@code mailto:} URIs with their limit of size, in its order; never empty. Of more than 10, or 2,048
 *     characters in all, the rest is left out
 * @param mistakes what was wrong in the record, for its owner: printable US-ASCII without semicolons; at most 3 texts, 300 characters in
 *     all, the last one cut
 * @param client the SMTP client's address; an IPv4-mapped one as IPv4
 * @param row everything else
 */
public record ReportFacts(
        PublishedPolicy policy, List<String> rua, List<String> mistakes, IpAddress client, RowFacts row) {

    /** A URI has no comma (RFC 7489, section 6.2), a mistake no semicolon. */
    private static final String BETWEEN_ADDRESSES = ",";

    private static final String BETWEEN_MISTAKES = "; ";

    private static final int MAX_ADDRESSES = 10;
    private static final int MAX_ADDRESS_CHARACTERS = 2_048;
    private static final int MAX_MISTAKES = 3;
    private static final int MAX_MISTAKE_CHARACTERS = 300;

    /** @throws IllegalArgumentException if there is no address */
    public ReportFacts {
        rua = recordable(rua);
        if (rua.isEmpty()) {
            throw new IllegalArgumentException("nobody to report to");
        }
        mistakes = mistakes.isEmpty()
                ? List.of()
                : HarmlessText.cut(
                        mistakes.stream().map(ReportFacts::asMistake).toList(), MAX_MISTAKES, MAX_MISTAKE_CHARACTERS);
        client = client.unmapped();
    }

    /** The same, of another weight. */
    public ReportFacts weighing(RowFacts.Weight weight) {
        RowFacts same = new RowFacts(
                row.disposition(),
                row.dkimAligned(),
                row.spfAligned(),
                row.reasons(),
                row.headerFrom(),
                row.envelopeFrom(),
                row.envelopeTo(),
                row.dkim(),
                row.spf(),
                weight);
        return new ReportFacts(policy, rua, mistakes, client, same);
    }

    /** Those of a record's addresses that facts can have; none if none is printable, has no comma, and is short enough. */
    static List<String> recordable(List<String> rua) {
        // An address that had to be mended would be another address.
        List<String> addresses = new ArrayList<>(rua.size());
        for (String address : rua) {
            if (isAddress(address)) {
                addresses.add(address);
            }
        }
        return HarmlessText.whole(addresses, MAX_ADDRESSES, MAX_ADDRESS_CHARACTERS);
    }

    private static boolean isAddress(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == ',') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String asMistake(String sentence) {
        return Printable.of(sentence.replace(';', ',')).strip();
    }

    /** The addresses as one text, printable US-ASCII. */
    public String ruaText() {
        return String.join(BETWEEN_ADDRESSES, rua);
    }

    /** The mistakes as one text, printable US-ASCII; empty if there are none. */
    public String mistakesText() {
        return String.join(BETWEEN_MISTAKES, mistakes);
    }

    /** The addresses of {@link #ruaText}. */
    public static List<String> rua(String text) {
        return items(text, BETWEEN_ADDRESSES);
    }

    /** The mistakes of {@link #mistakesText}. */
    public static List<String> mistakes(String text) {
        return items(text, BETWEEN_MISTAKES);
    }

    private static List<String> items(String text, String separator) {
        return text.isEmpty() ? List.of() : List.of(text.split(separator, -1));
    }
}
