/**
 * Whom reports go to, and failure reports: who asked for one, who may get it, and the mail itself (RFC 6591, RFC 7489, section 7.3,
 * RFC 9991).
 *
 * <p>Begin with {@link FailureReporter}, which works on a thread of its own, or with {@link AggregateRecipients}, which finds whom
 * an aggregate report goes to and makes none (RFC 9990, section 4). Both ask strangers' hosts by {@link Verification}; the decisions
 * beside them are pure functions.
 */
@NullMarked
package org.dmarcmilter.report;

import org.jspecify.annotations.NullMarked;
