/**
 * What the daemon tells over HTTP, on a port and a thread of its own: its counters for Prometheus, and whether it is well.
 *
 * <p>Begin with {@link HttpEndpoint}. Knows nothing else of the program: {@code daemon} says what is counted and what is healthy.
 * The only place of the Prometheus library. Writes nothing to the log.
 */
@NullMarked
package org.dmarcmilter.http;

import org.jspecify.annotations.NullMarked;
