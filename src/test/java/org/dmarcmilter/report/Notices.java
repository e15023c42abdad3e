package org.dmarcmilter.report;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.history.Evaluation;
import org.dmarcmilter.history.Evaluation.Action;
import org.dmarcmilter.history.Evaluation.Dkim;
import org.dmarcmilter.history.Evaluation.Scope;
import org.dmarcmilter.history.Evaluation.Spf;
import org.dmarcmilter.history.Evaluation.SpfRecord;
import org.dmarcmilter.message.HeaderField;

/** A message for the tests of this package, by default one that fails p=reject and is delivered; each test changes a part. */
final class Notices {
    Status status = Status.FAIL;
    Policy policy = Policy.REJECT;
    DmarcRecord.Psd psd = DmarcRecord.Psd.UNKNOWN;
    String policyDomain = "example.com";
    List<String> fo = List.of("0");
    List<String> ruf = List.of("mailto:f@example.com");
    List<Dkim> dkim = List.of();
    String spf = "none";
    List<SpfRecord> spfRecords = List.of();
    boolean dkimAligned;
    boolean spfAligned;
    Optional<Discovery> discovery = Optional.empty();
    Action action = Action.ACCEPT;
    String jobId = "QID123";
    String reporter = "mx.test.example";
    String clientAddress = "192.0.2.10";
    String clientName = "client.example.org";
    OptionalInt clientPort = OptionalInt.of(40_000);
    String authservId = "mx.test.example";
    String envelopeSender = "user@example.org";
    List<HeaderField> headers =
            List.of(new HeaderField("From", "Joe <joe@example.com>"), new HeaderField("Subject", "Hello\n\tagain"));

    FailureNotice notice() {
        DomainName author = DomainName.of("example.com");
        DmarcResult result = new DmarcResult(
                author,
                status,
                discovery.orElseGet(() -> new Discovery.Found(record(), DomainName.of(policyDomain), false, true)),
                policy,
                policy,
                false,
                dkimAligned ? Optional.of(author) : Optional.empty(),
                spfAligned ? Optional.of(author) : Optional.empty(),
                "");
        Evaluation evaluation = new Evaluation(
                jobId,
                reporter,
                Instant.parse("2026-11-24T04:06:46Z"),
                clientAddress,
                "example.org",
                dkim,
                Optional.of(new Spf(spf, Scope.MAIL_FROM, spfRecords)),
                result,
                Evaluation.Arc.NONE,
                action);
        return new FailureNotice(evaluation, headers, envelopeSender, clientName, clientPort, authservId);
    }

    private DmarcRecord record() {
        return new DmarcRecord(
                policy,
                Optional.empty(),
                Optional.empty(),
                DmarcRecord.AlignmentMode.RELAXED,
                DmarcRecord.AlignmentMode.RELAXED,
                100,
                false,
                psd,
                fo,
                86_400,
                List.of(),
                ruf);
    }
}
