package org.dmarcmilter.dmarc;

import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.domain.DomainName;

/** Identifier alignment (RFC 7489, section 3.1; RFC 9989, section 4.4). */
public final class Alignment {
    private Alignment() {}

    /**
     * Whether an authenticated domain speaks for the author domain. Whole names are compared, and organizational domains:
     * being a parent is not enough, so {@code com} does not speak for {@code example.com}.
     */
    public static boolean aligned(
            DomainName author,
            DomainName identifier,
            AlignmentMode mode,
            DomainName authorOrg,
            DomainName identifierOrg) {
        return author.equals(identifier) || (mode == AlignmentMode.RELAXED && authorOrg.equals(identifierOrg));
    }

    /** Whether two names have anything in common; without a common top-level domain no organizational domain is shared. */
    public static boolean shareTopLevel(DomainName a, DomainName b) {
        return topLevel(a).equals(topLevel(b));
    }

    private static String topLevel(DomainName name) {
        return name.ascii().substring(name.ascii().lastIndexOf('.') + 1);
    }
}
