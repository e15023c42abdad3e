/**
 * What the running daemon tells people of itself, as facts and in words.
 *
 * <p>Begin with {@link Status}, the facts of one moment; {@link StatusText}, {@link StatusJson} and {@link StatusPage} are pure functions
 * of it. {@link Timeline} and {@link FailingDomains} remember the last day in fixed memory. Knows neither the counters nor HTTP:
 * {@code daemon} puts the facts together.
 */
@NullMarked
package org.dmarcmilter.status;

import org.jspecify.annotations.NullMarked;
