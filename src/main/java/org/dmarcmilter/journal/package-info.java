/**
 * The journal of aggregate reports: what the daemon saw, one line for each message and author domain, for another process to read.
 * Mail never waits for it.
 *
 * <p>Begin with {@link JournalWriter}, which the daemon feeds; {@link JournalDirectory} lists the segments and {@link SegmentReader}
 * reads one, for whoever counts. {@link WholeSegment} is one of records from elsewhere. {@link JournalLine} is the form of a line.
 *
 * <p>A record has seven fields and not one for each fact: policy and row stand there in their canonical texts, by which the store looks
 * them up. Knows nothing of history, databases and mail.
 */
@NullMarked
package org.dmarcmilter.journal;

import org.jspecify.annotations.NullMarked;
