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
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfResult.Consulted;
import org.dmarcmilter.testing.TestEvaluation;

/** A message for the tests of this package, by default one that fails p=reject and is delivered; each test changes a part. */
final class Notices {
    Status status = Status.FAIL;
    Policy policy = Policy.REJECT;
    DmarcRecord.Psd psd = DmarcRecord.Psd.UNKNOWN;
    String policyDomain = "example.com";
    List<String> fo = List.of("0");
    List<String> ruf = List.of("mailto:f@example.com");
    List<DkimSeen> dkim = List.of();
    String spf = "none";
    List<Consulted> spfRecords = List.of();
    boolean dkimAligned;
    boolean spfAligned;
    Optional<Discovery> discovery = Optional.empty();
    Applied applied = Applied.ACCEPT;
    String queueId = "QID123";
    String reporter = "mx.test.example";
    Optional<IpAddress> client = Optional.of(IpAddress.of("192.0.2.10"));
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
                discovery.orElseGet(
                        () -> new Discovery.Found(record(), DomainName.of(policyDomain), false, true, List.of())),
                policy,
                policy,
                dkimAligned ? Optional.of(author) : Optional.empty(),
                spfAligned ? Optional.of(author) : Optional.empty(),
                "");
        Evaluation evaluation = TestEvaluation.plain(queueId)
                .reporter(reporter)
                .at(Instant.parse("2026-11-24T04:06:46Z"))
                .client(client)
                .sender(envelopeSender)
                .dkim(dkim)
                .spf(Optional.of(TestEvaluation.spf(spf, spfRecords.toArray(Consulted[]::new))))
                .dmarc(result)
                .applied(applied)
                .evaluation();
        return new FailureNotice(evaluation, headers, clientName, clientPort, authservId);
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
                ruf.stream().map(TestEvaluation::uri).toList());
    }
}
