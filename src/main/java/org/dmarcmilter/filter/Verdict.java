package org.dmarcmilter.filter;

/** What is done with a message. */
public sealed interface Verdict {
    /** Delivered; nobody asked for more. */
    record Accept() implements Verdict {}

    /** Delivered although the owner asks for more than we are configured to do; later filters go on. */
    record Continue() implements Verdict {}

    /** Delivered into the MTA's quarantine. */
    record Hold(String reason) implements Verdict {}

    /** Refused for good; the MTA picks the text. */
    record Reject() implements Verdict {}

    /** Refused with our own reply. */
    record Refuse(int code, String enhancedCode, String text) implements Verdict {
        /** Whether the client shall try again. */
        boolean isTemporary() {
            return code < 500;
        }
    }

    /** The word for counters. */
    default String action() {
        if (this instanceof Refuse refuse) {
            return refuse.isTemporary() ? "tempfail" : "reject";
        }
        if (this instanceof Reject) {
            return "reject";
        }
        return this instanceof Hold ? "quarantine" : "accept";
    }

    /** Whether the message goes on, so that header fields make sense. */
    default boolean delivers() {
        return !(this instanceof Reject) && !(this instanceof Refuse);
    }
}
