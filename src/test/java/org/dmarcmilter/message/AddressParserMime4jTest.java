package org.dmarcmilter.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.dom.address.MailboxList;
import org.apache.james.mime4j.field.address.DefaultAddressParser;
import org.apache.james.mime4j.field.address.ParseException;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AuthorDomain.Malformed;
import org.dmarcmilter.message.AuthorDomain.One;
import org.junit.jupiter.api.Test;

/** What mime4j's strict grammar accepts as mail from one domain, we read as mail from the same domain. */
class AddressParserMime4jTest {
    @Test
    void readsOurTableTheSame() {
        int compared = 0;
        for (List<String> row : Octets.table("/message/author-domain.txt")) {
            compared += compare(Octets.of(row.get(1)), row.get(0).startsWith("malformed"));
        }
        assertTrue(compared > 20, "only " + compared + " rows compared");
    }

    @Test
    void readsGeneratedListsTheSame() {
        Random random = new Random(822);
        int compared = 0;
        for (int round = 0; round < 5_000; round++) {
            compared += compare(new AddressListGenerator(random).list(), false);
        }
        assertTrue(compared > 500, "only " + compared + " lists compared");
    }

    /** Even "strict" mime4j repairs some damage, as two hops of a route without a comma; we may refuse, never read another domain. */
    @Test
    void readsNoOtherDomainFromDamagedLists() {
        Random random = new Random(2822);
        int compared = 0;
        for (int round = 0; round < 30_000; round++) {
            compared += compare(damaged(new AddressListGenerator(random).list(), random), true);
        }
        assertTrue(compared > 500, "only " + compared + " lists compared");
    }

    private static String damaged(String value, Random random) {
        StringBuilder damaged = new StringBuilder(value);
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            int at = random.nextInt(damaged.length());
            String specials = "()<>[]:;@\\,.\" a";
            char c = specials.charAt(random.nextInt(specials.length()));
            switch (random.nextInt(3)) {
                case 0 -> damaged.setCharAt(at, c);
                case 1 -> damaged.insert(at, c);
                default -> damaged.deleteCharAt(at);
            }
            if (damaged.length() == 0) {
                damaged.append(c);
            }
        }
        return damaged.toString();
    }

    /** Returns 1 if both found one domain. */
    private static int compare(String value, boolean mayRefuse) {
        Optional<DomainName> theirs = singleDomain(value);
        if (theirs.isEmpty()) {
            return 0;
        }
        AuthorDomain ours = AddressParser.authorDomain(value);
        if (mayRefuse && ours instanceof Malformed) {
            return 0;
        }
        assertEquals(new One(theirs.get()), ours, value);
        return 1;
    }

    private static Optional<DomainName> singleDomain(String value) {
        // A header field's body reaches mime4j unfolded; a line end that folds nothing is no part of a header field.
        String unfolded = value.replaceAll("\\r?\\n(?=[ \\t]|\\z)", "");
        if (unfolded.contains("\r") || unfolded.contains("\n")) {
            return Optional.empty();
        }
        MailboxList mailboxes;
        try {
            mailboxes = DefaultAddressParser.DEFAULT.parseAddressList(unfolded).flatten();
        } catch (ParseException e) {
            return Optional.empty();
        }
        Set<String> domains = mailboxes.stream()
                .map(Mailbox::getDomain)
                .map(domain -> String.valueOf(domain).toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return domains.size() == 1 ? DomainName.parse(domains.iterator().next()) : Optional.empty();
    }
}
