package org.dmarcmilter.worker;

import java.nio.file.Path;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.feedback.AggregateXml;

/**
 * A report and its file.
 *
 * @param report all of it but its rows
 * @param written how many rows and messages are in the file
 * @param file gzip; until the next one is made
 * @param octets its length
 */
public record BuiltReport(AggregateReport report, AggregateXml.Written written, Path file, long octets) {}
