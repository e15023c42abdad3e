/** DMARC: records, discovery, alignment, evaluation (RFC 7489, RFC 9989). Decisions are pure functions. */
@NullMarked
package org.dmarcmilter.dmarc;

import org.jspecify.annotations.NullMarked;
