/**
 * From what is known about one message to what is done with it, what is written into it and what is written down about it.
 *
 * <p>Begin with {@link MessageJudge}; the daemon and the commands come through there alike. {@link Rules} is what one configuration
 * decides by, {@link Judgement} all that follows from a message, {@link Verdict} what is done. Knows neither the milter nor a file
 * format. Its log lines are OpenDMARC's, one for each message on the happy path: {@code QUEUEID: DOMAIN pass}.
 */
@NullMarked
package org.dmarcmilter.judge;

import org.jspecify.annotations.NullMarked;
