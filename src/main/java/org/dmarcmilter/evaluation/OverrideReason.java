package org.dmarcmilter.evaluation;

/** Why less was done than the owner of the author domain asks for (PolicyOverrideReason of RFC 7489, appendix C; RFC 9990). */
public enum OverrideReason {
    /** The tag pct left the message out (RFC 7489). */
    SAMPLED_OUT,
    /** The tag t says that the owner is testing (RFC 9989). */
    POLICY_TEST_MODE,
    /** A chain of listed ARC sealers vouches for the message. */
    TRUSTED_FORWARDER,
    /** Our configuration does not reject (RejectFailures) or does not hold (HoldQuarantinedMessages). */
    LOCAL_POLICY
}
