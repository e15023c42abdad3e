package org.dmarcmilter.judge;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongPredicate;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.dkim.PublishedKeys;
import org.dmarcmilter.dmarc.DmarcEvaluator;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.Trust;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfEvaluator;

/**
 * Everything that decides about messages under one configuration. A connection captures it when it begins and keeps it;
 * a reload makes a new one.
 *
 * @param settings the configuration
 * @param hostName this machine's name, for the MTA that does not say its own
 * @param ignoreHosts clients whose mail is left alone
 * @param trustedSealers ARC sealers that may override a failure, lower case
 * @param dmarc the DMARC rules
 * @param spf the own SPF check
 * @param dns whom both ask
 * @param clock for the time in records
 * @param samplingSalt makes the choice of pct unpredictable to senders, and the same for each try of a message
 * @param trusts whom we believe
 * @param dkimKeys keys that were read
 */
public record Rules(
        Settings settings,
        String hostName,
        IgnoreList ignoreHosts,
        Set<String> trustedSealers,
        DmarcEvaluator dmarc,
        SpfEvaluator spf,
        DnsClient dns,
        Clock clock,
        long samplingSalt,
        Trusts trusts,
        PublishedKeys dkimKeys) {
    public Rules {
        trustedSealers = Set.copyOf(trustedSealers);
    }

    public Rules(
            Settings settings,
            String hostName,
            IgnoreList ignoreHosts,
            Set<String> trustedSealers,
            DmarcEvaluator dmarc,
            SpfEvaluator spf,
            DnsClient dns,
            Clock clock,
            long samplingSalt) {
        this(
                settings,
                hostName,
                ignoreHosts,
                trustedSealers,
                dmarc,
                spf,
                dns,
                clock,
                samplingSalt,
                new Trusts(settings, hostName),
                new PublishedKeys());
    }

    /** Whom we believe, for an MTA of that name. */
    Trust trust(String mtaName) {
        return trusts.of(mtaName);
    }

    /** The authserv-id under which we announce the results of a message. */
    public String authservId(MessageFacts facts) {
        return trust(facts.mtaName()).authservId(facts.queueId());
    }

    /** The authserv-ids that are believed, for messages to the operator. */
    public String trustedNames(String mtaName) {
        return trust(mtaName).toString();
    }

    /**
     * The DNS for one message.
     *
     * @param asker whose share of it the message takes
     * @param loop the thread on which the message is judged
     */
    public MessageDns dnsForMessage(Asker asker, ScheduledExecutorService loop) {
        return dnsForMessage(asker, loop, octets -> true);
    }

    /**
     * The same where memory is shared.
     *
     * @param memory asked before an answer is held for the message; if it says no, the message will be taken back
     */
    public MessageDns dnsForMessage(Asker asker, ScheduledExecutorService loop, LongPredicate memory) {
        return new MessageDns(dns, asker, settings.handling().maxEvaluationTime(), loop, memory);
    }

    /**
     * Begins to verify a message's signatures, at the end of its header; asks for their keys. For DKIMSelfValidate.
     *
     * @param fields all of them
     * @param author what its From fields say
     */
    public DkimVerification beginDkim(List<HeaderField> fields, AuthorDomain author, MessageDns dns) {
        return DkimVerification.begin(fields, author.domains(), trustedSealers, clock.instant(), dns, dkimKeys);
    }

    /** Whether to log that the authserv-id was taken from the MTA. */
    Optional<String> implicitId(String mtaName) {
        return settings.identity().authservId().isPresent() ? Optional.empty() : Optional.of(mtaName);
    }
}
