/** What other checkers said: Authentication-Results (RFC 8601), Received-SPF (RFC 7208), ARC fields (RFC 8617). */
@NullMarked
package org.dmarcmilter.authres;

import org.jspecify.annotations.NullMarked;
