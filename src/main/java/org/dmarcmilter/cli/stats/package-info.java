/**
 * {@code dmarc-milter stats}: what was recorded, counted, and what another configuration would have done with it.
 *
 * <p>Begin with {@link StatsCommand}, which reads the words and feeds {@code statistics}; {@link StatsText} and {@link StatsJson} are what
 * people and programs see.
 */
@NullMarked
package org.dmarcmilter.cli.stats;

import org.jspecify.annotations.NullMarked;
