package org.dmarcmilter.dkim;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;

/**
 * What became of the chain of a message (RFC 8617, section 5.2) that only listed sealers have sealed.
 *
 * @param pass whether it holds, from the newest set to the oldest
 * @param reason why it does not, in words of ours, printable; empty for a pass
 * @param seals who sealed, newest first; all of them are listed
 * @param remoteIp from which address the oldest sealer says to have got the message; empty if it does not say
 */
public record ArcResult(boolean pass, String reason, List<Seal> seals, Optional<IpAddress> remoteIp) {
    public ArcResult {
        seals = List.copyOf(seals);
    }

    /**
     * One seal.
     *
     * @param instance 1 to 50
     * @param domain the tag d=
     * @param selector the tag s=
     */
    public record Seal(int instance, DomainName domain, String selector) {}
}
