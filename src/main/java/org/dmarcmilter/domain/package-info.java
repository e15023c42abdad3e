/**
 * Names: domain names, the public suffix list and organizational domains. Plain values, no I/O but the bundled list.
 *
 * <p>Begin with {@link DomainName}: text that is not a possible name in the DNS does not become one.
 */
@NullMarked
package org.dmarcmilter.domain;

import org.jspecify.annotations.NullMarked;
