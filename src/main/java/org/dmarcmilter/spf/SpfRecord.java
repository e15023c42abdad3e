package org.dmarcmilter.spf;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.IpAddress;

/**
 * An SPF record whose whole syntax has been checked (RFC 7208, section 4.6).
 *
 * @param directives in order
 * @param redirect where to go on if no directive matches (section 6.1)
 * @param explanation the name that holds the explanation of a fail (section 6.2)
 */
record SpfRecord(List<Directive> directives, Optional<MacroString> redirect, Optional<MacroString> explanation) {
    SpfRecord {
        directives = List.copyOf(directives);
    }

    /** A mechanism and the result if it matches. */
    record Directive(SpfResult.Code qualifier, Mechanism mechanism) {}

    /** What a client may match (section 5). Absent targets mean the current domain. */
    sealed interface Mechanism {
        /** Matches always (section 5.1). */
        record All() implements Mechanism {}

        /** Matches if the target's own record says pass (section 5.2). */
        record Include(MacroString target) implements Mechanism {}

        /** Matches an address of the target (section 5.3). */
        record A(Optional<MacroString> target, Prefixes prefixes) implements Mechanism {}

        /** Matches an address of a mail exchange of the target (section 5.4). */
        record Mx(Optional<MacroString> target, Prefixes prefixes) implements Mechanism {}

        /** Matches if the client's name, validated, is the target or below it (section 5.5). */
        record Ptr(Optional<MacroString> target) implements Mechanism {}

        /** {@code ip4} and {@code ip6}: matches a network (section 5.6). */
        record Ip(IpAddress network, int prefix) implements Mechanism {}

        /** Matches if the target has an A record (section 5.7). */
        record Exists(MacroString target) implements Mechanism {}
    }

    /** {@code dual-cidr-length}: how many bits of an address must match. */
    record Prefixes(int ip4, int ip6) {
        /** Whole addresses. */
        static final Prefixes FULL = new Prefixes(IpAddress.Family.IPV4.bits(), IpAddress.Family.IPV6.bits());

        int of(IpAddress.Family family) {
            return family == IpAddress.Family.IPV4 ? ip4 : ip6;
        }
    }
}
