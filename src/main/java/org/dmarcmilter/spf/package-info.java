/** Sender Policy Framework (RFC 7208) on the asynchronous DNS. */
@NullMarked
package org.dmarcmilter.spf;

import org.jspecify.annotations.NullMarked;
