/**
 * dmarc-milter: from the bytes of the milter protocol to a DMARC verdict.
 *
 * <pre>
 * Postfix ──TCP/unix──▶ milter ──facts──▶ filter ──asks──▶ authres   (what did trusted checkers say?)
 *                         ▲                  │             message   (who is the author domain?)
 *                         │                  │             spf       (self check, if nothing was said)
 *                         │                  │             dmarc ──▶ domain, dns   (record, alignment, policy)
 *                         └──replies─────────┤
 *                                            └──▶ history ──▶ report   (what was seen, who wants to know)
 * </pre>
 *
 * <p>Read {@code daemon.Daemon} (how it is wired), {@code filter.DmarcFilter} (one message) and
 * {@code dmarc.DmarcEvaluator} (the rules of the RFC), in that order.
 */
@NullMarked
package org.dmarcmilter;

import org.jspecify.annotations.NullMarked;
