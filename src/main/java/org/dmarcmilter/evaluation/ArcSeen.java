package org.dmarcmilter.evaluation;

import java.util.List;
import org.dmarcmilter.authres.ArcFields.ArcSet;

/**
 * ARC as trusted fields report it, or as we found it (DKIMSelfValidate).
 *
 * @param pass whether a trusted {@code arc=pass} was seen and nothing that contradicts it, or our own check of the chain passed
 * @param overrides whether every sealer is listed too, so that the chain overrides a failure
 * @param sets the sets of the message, in the order of the ARC-Seal fields
 */
public record ArcSeen(boolean pass, boolean overrides, List<ArcSet> sets) {
    public static final ArcSeen NONE = new ArcSeen(false, false, List.of());

    public ArcSeen {
        sets = List.copyOf(sets);
    }
}
