/** The DNS, asynchronously: questions, answers, servers, cache (RFC 1035, 2308, 8020). The only place of dnsjava. */
@NullMarked
package org.dmarcmilter.dns;

import org.jspecify.annotations.NullMarked;
