/**
 * Sender Policy Framework (RFC 7208) on the asynchronous DNS.
 *
 * <p>Begin with {@link SpfEvaluator}. {@link SpfParser} reads a record into an {@link SpfRecord}, {@link SpfCheck}
 * evaluates it, asking the DNS question by question within the limits of section 4.6.4; {@link MacroString} and {@link
 * MacroExpander} are section 7.
 */
@NullMarked
package org.dmarcmilter.spf;

import org.jspecify.annotations.NullMarked;
