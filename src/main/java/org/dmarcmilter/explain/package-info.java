/**
 * Words about a verdict and about a policy, for persons and as JSON for programs.
 *
 * <p>Begin with {@link Explanation} (one message, {@code dmarc-milter explain}), {@link RecordedExplanation} (one of which only records
 * are left) or {@link CheckReport} (one domain, {@code dmarc-milter check}). All are values made from what {@code judge} and {@code dmarc} found; nothing is looked up or decided
 * here, and nothing is logged. Whatever a sender or a name server chose is shown to a person as printable US-ASCII; a program gets it
 * escaped ({@link ExplainedValues} has the table of keys).
 */
@NullMarked
package org.dmarcmilter.explain;

import org.jspecify.annotations.NullMarked;
