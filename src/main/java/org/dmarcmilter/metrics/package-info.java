/**
 * Numbers that are counted where mail is handled, and cost it next to nothing: a counter is an element of an array, nothing is
 * allocated, no text is looked up.
 *
 * <p>{@link Tally} counts things of an enum, {@link Histogram} durations. {@link Family} is what is shown of one instrument when
 * somebody asks. Knows nothing else of the program.
 */
@NullMarked
package org.dmarcmilter.metrics;

import org.jspecify.annotations.NullMarked;
