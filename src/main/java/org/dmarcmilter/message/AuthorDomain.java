package org.dmarcmilter.message;

import java.util.List;
import org.dmarcmilter.domain.DomainName;

/** Whom a message claims to be from: the domain of the From field (RFC 7489, section 3.1 and 6.6.1). */
public sealed interface AuthorDomain {
    /** Exactly one domain, named by one or more mailboxes. */
    record One(DomainName domain) implements AuthorDomain {}

    /** No From field. */
    record None() implements AuthorDomain {}

    /** A well-formed field whose mailboxes have different domains; each once, in order of appearance, at least two. */
    record Several(List<DomainName> domains) implements AuthorDomain {
        public Several {
            domains = List.copyOf(domains);
        }
    }

    /** A field, or several fields, from which no single domain can be taken. Never to be treated as "no policy". */
    record Malformed(String reason) implements AuthorDomain {}

    /** The author domain of a message. More than one From field is never resolved in favour of one of them. */
    static AuthorDomain of(Headers headers) {
        List<HeaderField> fields = headers.all("From");
        return switch (fields.size()) {
            case 0 -> new None();
            case 1 -> AddressParser.authorDomain(fields.get(0).value());
            default -> new Malformed("more than one From field");
        };
    }
}
