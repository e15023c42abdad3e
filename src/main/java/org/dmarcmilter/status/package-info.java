/**
 * What the running daemon tells people of itself, as facts and in words.
 *
 * <p>{@link org.dmarcmilter.status.ReportRun} is what the last {@code report run} has left.
 */
@NullMarked
package org.dmarcmilter.status;

import org.jspecify.annotations.NullMarked;
