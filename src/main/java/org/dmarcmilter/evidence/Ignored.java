package org.dmarcmilter.evidence;

/** Why a field, or a result in a field, that speaks about authentication does not count. */
public enum Ignored {
    /** Its authserv-id is nobody's whom we believe. */
    STRANGER,
    /** It came with the message, under a name that we believe. */
    FORGED,
    /** It follows no grammar. */
    UNREADABLE,
    /** It has more results than are read. */
    TOO_LONG,
    /** The properties of a result contradict each other. */
    CONTRADICTORY,
    /** A checker that we believe may have copied the result from what the sender wrote. */
    COPIED,
    /** A checker that writes one result seems to have written several. */
    SEVERAL_RESULTS,
    /** We check DKIM ourselves, and then nobody else's word about DKIM or ARC counts. */
    OWN_INSTEAD,
    /** A Received-SPF field that stands where no checker of this host puts it. */
    OUT_OF_PLACE,
    /** A Received-SPF field about another client. */
    OTHER_CLIENT,
    /** A Received-SPF field about another sender. */
    OTHER_SENDER
}
