/**
 * The daemon among its real neighbours: Postfix, Sendmail, OpenDKIM and a name server, all private to the test, all on
 * loopback.
 *
 * <p>Each peer is one class that starts one program in a directory of the test and stops it by its process.
 * {@code src/test/peers/install} fetches what is missing; begin reading with {@link org.dmarcmilter.endtoend.PostfixIT}.
 */
@NullMarked
package org.dmarcmilter.endtoend;

import org.jspecify.annotations.NullMarked;
