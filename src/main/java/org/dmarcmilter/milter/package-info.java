/** The Sendmail milter protocol, versions 2 to 6: the wire, and nothing of mail authentication. The only place of Netty. */
@NullMarked
package org.dmarcmilter.milter;

import org.jspecify.annotations.NullMarked;
