/**
 * The Sendmail milter protocol, versions 2 to 6: the wire, and nothing of mail authentication. The only place of Netty.
 *
 * <p>Bytes become a {@link MilterCommand} in {@code MilterDecoder}, a {@link MilterReply} becomes bytes in
 * {@code MilterEncoder}; both are functions without state. {@code MilterConnection} keeps the order of the commands and
 * is the place to begin; {@code ConnectionHandler} below it moves bytes and keeps time; {@link MilterServer} listens.
 * The application is behind {@link MilterFilter}.
 */
@NullMarked
package org.dmarcmilter.milter;

import org.jspecify.annotations.NullMarked;
