package org.dmarcmilter.message;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dmarcmilter.domain.DomainName;

/** Whom a message claims to be from: the domain of the From field (RFC 7489, section 3.1 and 6.6.1). */
public sealed interface AuthorDomain {
    /** Exactly one domain, named by one or more mailboxes. */
    record One(DomainName domain) implements AuthorDomain {}

    /** No From field. */
    record None() implements AuthorDomain {}

    /**
     * Mailboxes of different domains, or more than one From field: each domain once, in order of appearance. A single domain
     * means that several fields name it. Whoever reads the message may see any of them, so it is a pass for none.
     */
    record Several(List<DomainName> domains) implements AuthorDomain {
        public Several {
            domains = List.copyOf(domains);
        }
    }

    /** A field, or several fields, from which no single domain can be taken. Never to be treated as "no policy". */
    record Malformed(String reason) implements AuthorDomain {}

    /** The field that names the author. */
    String FIELD = "From";

    /** The author domain of a message. More than one From field is never resolved in favour of one of them: each may fail. */
    static AuthorDomain of(Headers headers) {
        List<HeaderField> fields = headers.all(FIELD);
        return switch (fields.size()) {
            case 0 -> new None();
            case 1 -> AddressParser.authorDomain(fields.get(0).value());
            default -> severalFields(fields);
        };
    }

    private static AuthorDomain severalFields(List<HeaderField> fields) {
        Set<DomainName> domains = new LinkedHashSet<>();
        for (HeaderField field : fields) {
            AuthorDomain author = AddressParser.authorDomain(field.value());
            if (author instanceof One one) {
                domains.add(one.domain());
            } else if (author instanceof Several several) {
                domains.addAll(several.domains());
            }
        }
        return domains.isEmpty() ? new Malformed("more than one From field") : new Several(List.copyOf(domains));
    }
}
