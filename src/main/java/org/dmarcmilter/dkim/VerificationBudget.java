package org.dmarcmilter.dkim;

/**
 * What the signatures of one message may cost, however many there are and whatever they are about: the work is done on the thread of many
 * connections. Who asks and is refused does not do it.
 */
final class VerificationBudget {
    /** Each signature may need several tries, but not all of them: a verification takes up to 0.6 ms. */
    static final int MAX_VERIFICATIONS = 16;

    /** As much as a header may have unless MaxHeaderBytes says otherwise: some milliseconds. Ten signatures of ordinary mail need a fifth. */
    static final long MAX_OCTETS = 1 << 20;

    private int verifications;
    private long octets;

    /** Asked before each verification. */
    boolean allowsVerification() {
        return ++verifications <= MAX_VERIFICATIONS;
    }

    /**
     * Asked before the signed fields of a signature are hashed. The first signature may be about all there is: that costs no more than to
     * read it.
     */
    boolean allowsHeader(long signedOctets) {
        if (octets > 0 && octets + signedOctets > MAX_OCTETS) {
            return false;
        }
        octets += signedOctets;
        return true;
    }
}
