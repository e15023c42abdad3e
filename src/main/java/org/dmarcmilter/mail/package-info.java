/**
 * Mail to the MTA by SMTP: one mail, one envelope, one outcome. The only place of the mail library, which opens the connection, speaks
 * TLS and logs in; the transaction itself is ours, so that each reply belongs to a command and nothing is guessed from exceptions.
 *
 * <p>Knows nothing of reports. Begin with {@link MailSender}. What a server says is foreign text and becomes printable here.
 */
@NullMarked
package org.dmarcmilter.mail;

import org.jspecify.annotations.NullMarked;
