/** What was seen, in OpenDMARC's history file format. */
@NullMarked
package org.dmarcmilter.history;

import org.jspecify.annotations.NullMarked;
