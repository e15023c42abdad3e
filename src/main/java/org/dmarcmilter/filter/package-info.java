/**
 * DMARC as a milter: the only room, beside the one that starts the server, that sees the protocol.
 *
 * <p>Begin with {@link DmarcFilter}. Its session collects the facts of each message, keeping the fields that somebody reads
 * ({@link KeptFields}) and, with DKIMSelfValidate, showing the body to who verifies it, has the message judged at its end and turns the judgement into replies.
 */
@NullMarked
package org.dmarcmilter.filter;

import org.jspecify.annotations.NullMarked;
