/**
 * What was seen, in OpenDMARC's history file format: written for its tools, and read where it shall be reported here.
 *
 * <p>Begin with {@link HistoryWriter}, which the daemon feeds. {@link HistoryReader} reads a file, whoever wrote it, and
 * {@link RecordedEvaluation} makes of a record what was judged then. Knows nothing of journal, store and reports.
 */
@NullMarked
package org.dmarcmilter.history;

import org.jspecify.annotations.NullMarked;
