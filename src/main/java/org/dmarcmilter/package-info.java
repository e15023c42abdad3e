/**
 * dmarc-milter: from the bytes of the milter protocol to a DMARC verdict, and from there to whoever wants to know.
 *
 * <pre>
 * Postfix ──TCP/unix──▶ milter ──▶ filter ──facts──▶ judge ──asks──▶ evidence  (what counts: trusted fields, own checks)
 *                         ▲           │                │             authres   (what did trusted checkers say?)
 *                         │           │                │             message   (who is the author domain?)
 *                         └──replies──┘                │             spf       (own check)
 *                                                      │             dmarc     (record, alignment, policy)
 *                                                      ▼
 *                                                 evaluation  (what was seen and done, in nobody's format)
 *                                                      │
 *                                      daemon ─────────┴──▶ history, report, http
 * </pre>
 *
 * <p>Read {@code daemon.Daemon} (how it runs), {@code filter.DmarcSession} (one connection), {@code judge.MessageJudge} (one message)
 * and {@code dmarc.DmarcEvaluator} (the rules of the RFC): the whole product. {@code src/site/markdown/architecture.md} has the table
 * of the packages, what each knows and which thread runs it; {@code ArchitectureTest} holds who may use whom.
 *
 * <p>Why some things lie where they lie: {@code authres.ResultWord} is beside the parser of the field, as the registry of RFC 8601 has
 * the words and the parser types them; {@code domain.ListenAddress} is a plain value that the configuration reads and the milter
 * binds; {@code judge.Rules} carries the DNS client and the list of ignored hosts, so that a reload replaces all that a verdict depends
 * on at once; {@code files} has the one thing that history, failure reports and pid file share, the mode of a new file, and is no
 * part of {@code text}.
 */
@NullMarked
package org.dmarcmilter;

import org.jspecify.annotations.NullMarked;
