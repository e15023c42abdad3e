/**
 * DomainKeys Identified Mail (RFC 6376, 8301, 8463, 8616): verifies the signatures of a message while its body streams by. Authenticated
 * Received Chain (RFC 8617): validates the chain of a message that only listed sealers have sealed.
 *
 * <p>Begin with {@link DkimVerification}: all header fields in, the body in pieces, results out. It chooses the signatures; a
 * {@code SignatureCheck} has one of them, from its text ({@code DkimSignature}) over its key ({@code KeyRecord}) to its {@link
 * DkimResult}. {@code Canonicalization} and {@code BodyHash} make of a message what was signed. {@code ArcChain} says what is sealed
 * and {@code ArcValidation} whether that holds.
 *
 * <p>No clock, no thread, no socket: the time and the DNS come in. One message is one event loop's business and never waits for
 * anything. All texts hold one character per octet.
 */
@NullMarked
package org.dmarcmilter.dkim;

import org.jspecify.annotations.NullMarked;
