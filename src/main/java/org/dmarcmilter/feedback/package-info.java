/**
 * Aggregate reports, the documents: the XML of both formats, its check against the schemas, and the mail that carries it (RFC 7489,
 * section 7.2 and appendix C; RFC 9990). The only place of XML. Writes to streams and files that it is given, and to nothing else.
 *
 * <p>Begin with {@link AggregateXml}. What comes in as {@link org.dmarcmilter.aggregate.ReportRow} is harmless already; this package
 * does not rely on it.
 */
@NullMarked
package org.dmarcmilter.feedback;

import org.jspecify.annotations.NullMarked;
