/**
 * What the daemon tells over HTTP, on a port and a thread of its own.
 *
 * <p>Begin with {@link HttpEndpoint}. Knows nothing of what it tells: {@code daemon} gives it the pages. {@link Exposition} writes what
 * was counted for Prometheus, and is the only place of its library. Writes nothing to the log.
 */
@NullMarked
package org.dmarcmilter.http;

import org.jspecify.annotations.NullMarked;
