package org.dmarcmilter.dns;

/** Why a question that was asked ended as {@link DnsAnswer.Unavailable}. */
public enum DnsFailure {
    /** No server replied in time. */
    NO_ANSWER,
    /** Nobody listens there. */
    UNREACHABLE,
    /** A server cannot or will not say: SERVFAIL, REFUSED, a referral. */
    SERVER_ERROR,
    /** What came is no reply. */
    BROKEN_REPLY,
    /** Aliases in a circle, or too many of them. */
    ALIAS_LOOP,
    /** A limit of ours: no socket was free, or the reply was too large for what is open. */
    OWN_LIMIT,
    /** A bug of ours, or our end. */
    INTERNAL_ERROR
}
