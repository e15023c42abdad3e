/**
 * The DNS, asynchronously: questions, answers, servers, cache (RFC 1035, 2308, 5452, 6891). The only place of dnsjava.
 *
 * <p>Begin with {@link org.dmarcmilter.dns.DnsClient} and {@link org.dmarcmilter.dns.DnsAnswer}. A message asks through its
 * {@link org.dmarcmilter.dns.MessageDns}, which takes its share of a {@link org.dmarcmilter.dns.FairDnsClient}. Below
 * {@link org.dmarcmilter.dns.CachingDnsClient} stands {@link org.dmarcmilter.dns.DnsjavaClient}; there a
 * {@code Resolution} leads each question through servers, retries and aliases, an {@code ExchangeLoop} carries the
 * messages, and a {@code ReplyReader} says what they mean.
 */
@NullMarked
package org.dmarcmilter.dns;

import org.jspecify.annotations.NullMarked;
