package org.dmarcmilter.evidence;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose Authentication-Results fields are believed (RFC 8601, section 5). Our own authserv-id always is; ids compare
 * without case (section 2.2), which OpenDMARC does for its own id only.
 *
 * <p>A field that a sender put in under a trusted id cannot be told from a real one here: removing those at the border
 * is the work of the MTA or of the filter that adds the real ones.
 */
public final class Trust {
    private final String ownId;
    private final Set<String> trusted;
    private final boolean withJobId;
    private final boolean removesForged;
    private final Set<String> oursAlone;

    /**
     * @param ownId our authserv-id
     * @param others further ids
     * @param withJobId whether {@code ID/JOBID} is believed too, for the job at hand
     * @param removesForged whether fields that came with the message are removed, and so are not believed either
     * @param oursAlone methods (RFC 8601, section 2.7) whose results nobody but we write under our own id, lower case
     */
    public Trust(String ownId, List<String> others, boolean withJobId, boolean removesForged, Set<String> oursAlone) {
        this.ownId = ownId;
        this.withJobId = withJobId;
        this.removesForged = removesForged;
        this.oursAlone = Set.copyOf(oursAlone);
        this.trusted = new LinkedHashSet<>();
        trusted.add(ownId.toLowerCase(Locale.ROOT));
        others.forEach(id -> trusted.add(id.toLowerCase(Locale.ROOT)));
    }

    /** The authserv-id for the fields we write. */
    public String authservId(String queueId) {
        return withJobId ? ownId + "/" + queueId : ownId;
    }

    /** Whether a field with this authserv-id is believed for this job. */
    public boolean believes(String authservId, String queueId) {
        String id = authservId.toLowerCase(Locale.ROOT);
        if (trusted.contains(id)) {
            return true;
        }
        int slash = id.length() - queueId.length() - 1;
        return withJobId && slash > 0 && authservId.endsWith("/" + queueId) && trusted.contains(id.substring(0, slash));
    }

    /** Whether an authserv-id is one of these, for whatever job. */
    boolean names(String authservId) {
        String id = authservId.toLowerCase(Locale.ROOT);
        int slash = withJobId ? id.indexOf('/') : -1;
        return trusted.contains(id) || (slash > 0 && trusted.contains(id.substring(0, slash)));
    }

    /** Whether an authserv-id is our own one, for whatever job. */
    boolean isOurs(String authservId) {
        int slash = withJobId ? authservId.indexOf('/') : -1;
        return ownId.equalsIgnoreCase(slash > 0 ? authservId.substring(0, slash) : authservId);
    }

    /** The methods whose results nobody but we write under our own id. */
    Set<String> oursAlone() {
        return oursAlone;
    }

    /** Whether {@link ForgedResults} are removed. */
    boolean removesForged() {
        return removesForged;
    }

    /** For messages to the operator. */
    @Override
    public String toString() {
        return trusted.stream().collect(Collectors.joining(", "));
    }
}
