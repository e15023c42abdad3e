/** Counters and health. */
@NullMarked
package org.dmarcmilter.metrics;

import org.jspecify.annotations.NullMarked;
