package org.dmarcmilter.recorded;

/** What a record leaves open and a verdict may depend on. */
public enum Gap {
    /** Whether no policy was found or the DNS gave no answer: a history file has one number for both. */
    ANSWER,
    /** Whether {@code pct} left the message out: a history file does not say. */
    SAMPLING,
    /** Whether the author domain exists, which decides between {@code sp} and {@code np}. */
    EXISTENCE,
    /** Whether the owner is testing ({@code t=y}): a history file does not say, and RFC 7489 does not know the tag. */
    TEST_MODE,
    /** By which text the message was judged: a history file does not say. */
    STANDARD
}
