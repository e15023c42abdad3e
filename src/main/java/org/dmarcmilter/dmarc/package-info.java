/**
 * DMARC: records, discovery, alignment, evaluation (RFC 7489, RFC 9989). Decisions are pure functions.
 *
 * <p>Begin with {@link DmarcEvaluator}, the rule in the RFC's order. What it judges by comes from a {@link PolicyDiscovery},
 * one for each {@link Standard}; records are read by {@link DmarcRecordParser}. Uses packages {@code dns} and
 * {@code domain}; knows no header and no milter.
 */
@NullMarked
package org.dmarcmilter.dmarc;

import org.jspecify.annotations.NullMarked;
