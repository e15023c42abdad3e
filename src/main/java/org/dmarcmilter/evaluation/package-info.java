/**
 * What was seen and done for one message, typed once and in nobody's output format: the home of the facts that history, reports and
 * explanations are made from.
 *
 * <p>Begin with {@link Evaluation}. Whoever writes it down knows his own format and none of the others; what
 * waits to be written waits in a {@link Spool}: as it is ({@link ItemSpool}) or in the form in
 * which it is written ({@link OctetSpool}).
 */
@NullMarked
package org.dmarcmilter.evaluation;

import org.jspecify.annotations.NullMarked;
