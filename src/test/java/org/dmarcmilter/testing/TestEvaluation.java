package org.dmarcmilter.testing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecordParser;
import org.dmarcmilter.dmarc.DmarcRecordParser.Parsed;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.spf.SpfResult;

/**
 * An evaluation for tests: the message of OpenDMARC's own example, of which all passes, unless a test says otherwise. Each method
 * gives another one.
 */
public record TestEvaluation(Evaluation evaluation) {

    /** The example: example.com asks to reject, SPF and DKIM pass. */
    public static TestEvaluation plain(String queueId) {
        return new TestEvaluation(new Evaluation(
                queueId,
                "mx.test.example",
                Instant.ofEpochSecond(1_795_493_204),
                Optional.of(IpAddress.of("192.0.2.10")),
                "mail.example.com",
                ReversePath.parse("<user@example.com>"),
                Optional.empty(),
                Standard.RFC7489,
                result(Status.PASS, found(record("v=DMARC1; p=reject; rua=mailto:a@example.com")), Policy.REJECT, true),
                List.of(dkim("example.com", "sel1", "pass")),
                Optional.of(spf("pass")),
                ArcSeen.NONE,
                Applied.ACCEPT,
                List.of()));
    }

    public static DkimSeen dkim(String domain, String selector, String result) {
        return dkim(domain, selector, result, "");
    }

    public static DkimSeen dkim(String domain, String selector, String result, String identity) {
        return new DkimSeen(
                DomainName.of(domain), true, selector, identity, ResultWord.of(result), Source.TRUSTED_FIELD);
    }

    /** A result about MAIL FROM at example.com. */
    public static SpfSeen spf(String result, SpfResult.Consulted... records) {
        return new SpfSeen(
                Optional.of(DomainName.of("example.com")),
                SpfIdentity.Scope.MAIL_FROM,
                ResultWord.of(result),
                records.length == 0 ? Source.TRUSTED_FIELD : Source.OWN_CHECK,
                List.of(records));
    }

    /** A record that can be used. */
    public static DmarcRecord record(String text) {
        if (DmarcRecordParser.parse(text, Standard.RFC7489) instanceof Parsed.Usable usable) {
            return usable.record();
        }
        throw new IllegalArgumentException("no usable record: " + text);
    }

    /** A URI that can be used. */
    public static DmarcUri uri(String text) {
        return DmarcUri.parse(text, Standard.RFC7489)
                .orElseThrow(() -> new IllegalArgumentException("no URI: " + text));
    }

    /** A record with these addresses, whatever the length of the lists. */
    public static DmarcRecord record(Policy p, List<String> fo, List<DmarcUri> rua, List<DmarcUri> ruf) {
        return new DmarcRecord(
                p,
                Optional.empty(),
                Optional.empty(),
                AlignmentMode.RELAXED,
                AlignmentMode.RELAXED,
                100,
                false,
                DmarcRecord.Psd.UNKNOWN,
                fo,
                86_400,
                rua,
                ruf);
    }

    /** Found at example.com itself. */
    public static Discovery found(DmarcRecord record) {
        return new Discovery.Found(record, DomainName.of("example.com"), false, true, List.of());
    }

    /** For the author domain example.com. */
    public static DmarcResult result(Status status, Discovery discovery, Policy policy, boolean aligned) {
        DomainName author = DomainName.of("example.com");
        Optional<DomainName> identifier = aligned ? Optional.of(author) : Optional.empty();
        return new DmarcResult(author, status, discovery, policy, policy, identifier, identifier, "");
    }

    public TestEvaluation reporter(String reporter) {
        Evaluation e = evaluation;
        return with(e.queueId(), reporter, e.at(), e.client(), e.helo(), e.sender(), e.recipientDomain());
    }

    public TestEvaluation at(Instant at) {
        Evaluation e = evaluation;
        return with(e.queueId(), e.reporter(), at, e.client(), e.helo(), e.sender(), e.recipientDomain());
    }

    public TestEvaluation client(Optional<IpAddress> client) {
        Evaluation e = evaluation;
        return with(e.queueId(), e.reporter(), e.at(), client, e.helo(), e.sender(), e.recipientDomain());
    }

    public TestEvaluation sender(String sender) {
        Evaluation e = evaluation;
        return with(
                e.queueId(),
                e.reporter(),
                e.at(),
                e.client(),
                e.helo(),
                ReversePath.parse(sender),
                e.recipientDomain());
    }

    /** Of that domain. */
    public TestEvaluation recipients(String domain) {
        Evaluation e = evaluation;
        return with(
                e.queueId(),
                e.reporter(),
                e.at(),
                e.client(),
                e.helo(),
                e.sender(),
                Optional.of(DomainName.of(domain)));
    }

    public TestEvaluation helo(String helo) {
        Evaluation e = evaluation;
        return with(e.queueId(), e.reporter(), e.at(), e.client(), helo, e.sender(), e.recipientDomain());
    }

    private TestEvaluation with(
            String queueId,
            String reporter,
            Instant at,
            Optional<IpAddress> client,
            String helo,
            ReversePath sender,
            Optional<DomainName> recipientDomain) {
        Evaluation e = evaluation;
        return new TestEvaluation(new Evaluation(
                queueId,
                reporter,
                at,
                client,
                helo,
                sender,
                recipientDomain,
                e.standard(),
                e.dmarc(),
                e.dkim(),
                e.spf(),
                e.arc(),
                e.applied(),
                e.overrides()));
    }

    public TestEvaluation dmarc(DmarcResult dmarc) {
        Evaluation e = evaluation;
        return seen(dmarc, e.dkim(), e.spf(), e.arc());
    }

    public TestEvaluation dkim(List<DkimSeen> dkim) {
        Evaluation e = evaluation;
        return seen(e.dmarc(), dkim, e.spf(), e.arc());
    }

    public TestEvaluation spf(Optional<SpfSeen> spf) {
        Evaluation e = evaluation;
        return seen(e.dmarc(), e.dkim(), spf, e.arc());
    }

    public TestEvaluation arc(ArcSeen arc) {
        Evaluation e = evaluation;
        return seen(e.dmarc(), e.dkim(), e.spf(), arc);
    }

    private TestEvaluation seen(DmarcResult dmarc, List<DkimSeen> dkim, Optional<SpfSeen> spf, ArcSeen arc) {
        Evaluation e = evaluation;
        return new TestEvaluation(new Evaluation(
                e.queueId(),
                e.reporter(),
                e.at(),
                e.client(),
                e.helo(),
                e.sender(),
                e.recipientDomain(),
                e.standard(),
                dmarc,
                dkim,
                spf,
                arc,
                e.applied(),
                e.overrides()));
    }

    public TestEvaluation applied(Applied applied) {
        return new TestEvaluation(evaluation.with(applied));
    }
}
