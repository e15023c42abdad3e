package org.dmarcmilter.message;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dmarcmilter.domain.DomainName;

/** Whom a message claims to be from: the domain of the From field (RFC 7489, section 3.1 and 6.6.1). */
public sealed interface AuthorDomain {
    /** RFC 9989, section 11.5, asks for a limit; mail of real people has one or two domains. */
    int MAX_DOMAINS = 10;

    /** Exactly one domain, named by one or more mailboxes. */
    record One(DomainName domain) implements AuthorDomain {
        @Override
        public List<DomainName> domains() {
            return List.of(domain);
        }
    }

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

    /**
     * A field, or several fields, that cannot be parsed. Never to be treated as "no policy", and a pass for none.
     *
     * @param domains what a reader could take for the author's domain all the same, each once
     */
    record Malformed(String reason, List<DomainName> domains) implements AuthorDomain {
        public Malformed {
            domains = List.copyOf(domains);
        }
    }

    /**
     * More of something than we look at, whatever it says.
     *
     * @param what in words of ours, such as "more than 100 mailboxes"
     */
    record TooMany(String what) implements AuthorDomain {}

    /** The domains that are evaluated; none if there are none, or too many of anything. */
    default List<DomainName> domains() {
        return List.of();
    }

    /** The field that names the author. */
    String FIELD = "From";

    /** The author domain of a message. More than one From field is never resolved in favour of one of them: each may fail. */
    static AuthorDomain of(Headers headers) {
        List<HeaderField> fields = headers.all(FIELD);
        return switch (fields.size()) {
            case 0 -> new None();
            case 1 -> of(fields.get(0));
            default -> bounded(severalFields(fields));
        };
    }

    /** The author domain of a message with that From field and no other. */
    static AuthorDomain of(HeaderField from) {
        return bounded(AddressParser.authorDomain(from.value()));
    }

    private static AuthorDomain bounded(AuthorDomain author) {
        return author.domains().size() > MAX_DOMAINS
                ? new TooMany("more than " + MAX_DOMAINS + " author domains")
                : author;
    }

    private static AuthorDomain severalFields(List<HeaderField> fields) {
        Set<DomainName> domains = new LinkedHashSet<>();
        for (HeaderField field : fields) {
            AuthorDomain author = AddressParser.authorDomain(field.value());
            if (author instanceof TooMany) {
                return author;
            }
            domains.addAll(author.domains());
        }
        return domains.isEmpty()
                ? new Malformed("more than one From field", List.of())
                : new Several(List.copyOf(domains));
    }
}
