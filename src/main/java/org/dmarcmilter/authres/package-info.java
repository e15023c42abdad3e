/**
 * What other checkers said: Authentication-Results (RFC 8601), Received-SPF (RFC 7208), ARC fields (RFC 8617).
 *
 * <p>Reads and writes; whom to believe is decided in package {@code filter}. All texts read hold one character per octet.
 * {@link org.dmarcmilter.authres.PropertyDomain} is the only way from a property's value to a domain name.
 */
@NullMarked
package org.dmarcmilter.authres;

import org.jspecify.annotations.NullMarked;
