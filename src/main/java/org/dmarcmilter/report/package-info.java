/**
 * Failure reports: who asked for one, who may get it, and the mail itself (RFC 6591, RFC 7489, section 7.3, RFC 9991).
 *
 * <p>Begin with {@link FailureReporter}, which works on a thread of its own; the decisions beside it are pure functions.
 */
@NullMarked
package org.dmarcmilter.report;

import org.jspecify.annotations.NullMarked;
