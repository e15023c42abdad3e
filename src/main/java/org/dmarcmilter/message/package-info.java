/**
 * Header fields and the author domain (RFC 5322). Values in, values out.
 *
 * <p>Begin with {@link org.dmarcmilter.message.AuthorDomain}; {@link org.dmarcmilter.message.AddressParser} decides whom a From
 * field names, on the tokens of {@link org.dmarcmilter.message.Rfc5322Tokenizer}. All texts hold one character per octet.
 */
@NullMarked
package org.dmarcmilter.message;

import org.jspecify.annotations.NullMarked;
