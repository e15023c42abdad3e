/** Header fields and the author domain (RFC 5322). Values in, values out. */
@NullMarked
package org.dmarcmilter.message;

import org.jspecify.annotations.NullMarked;
