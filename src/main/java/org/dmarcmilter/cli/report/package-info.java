/**
 * {@code dmarc-milter report VERB}: aggregate reports from the command line, one class a verb.
 *
 * <p>Begin with {@link ReportCommand}, which finds the verb and makes exit codes of what goes wrong. A {@link Verb} says what it can be
 * given and does one thing; {@link Words} is what it was given, {@link Table}, {@link JsonLines} and {@link Progress} are what people
 * and programs see.
 */
@NullMarked
package org.dmarcmilter.cli.report;

import org.jspecify.annotations.NullMarked;
