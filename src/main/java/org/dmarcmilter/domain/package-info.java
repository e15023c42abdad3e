/** Names: domain names, the public suffix list and organizational domains. Plain values, no I/O. */
@NullMarked
package org.dmarcmilter.domain;

import org.jspecify.annotations.NullMarked;
