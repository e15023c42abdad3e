/**
 * The steps of a run of {@code dmarc-milter report}: from the journal to the mail. The only place where store, DNS, documents and mail
 * meet; knows the time through a clock, and nothing of terminals.
 *
 * <p>{@link HistoryImport} stands before them: a history file becomes a segment of the journal, so that history and journal need not
 * know each other, and the store is filled in one way only.
 *
 * <p>Begin with {@link Run}, the order of the steps. One thread does all of it, one thing after the other: whatever it waits for has a
 * limit, and a run that is killed leaves nothing that the next one cannot go on with.
 */
@NullMarked
package org.dmarcmilter.worker;

import org.jspecify.annotations.NullMarked;
