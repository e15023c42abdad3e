/** Failure reports (RFC 6591, RFC 7489, section 7.3). */
@NullMarked
package org.dmarcmilter.report;

import org.jspecify.annotations.NullMarked;
