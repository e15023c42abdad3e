/**
 * What was recorded about messages, read back one message at a time: from history files, whoever wrote them, and from the journal's
 * segments.
 *
 * <p>Begin with {@link RecordedMessage}: an evaluation, and what the record does not say of it. {@link HistoryFiles} and
 * {@link JournalSegments} hand them out. Nothing is kept in memory; who counts keeps what he needs.
 */
@NullMarked
package org.dmarcmilter.recorded;

import org.jspecify.annotations.NullMarked;
