package org.dmarcmilter.journal;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.aggregate.KnownRequests;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.judge.MessageJudge;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.testing.ManualLoop;
import org.dmarcmilter.testing.OrdinaryMail;
import org.dmarcmilter.text.OctetText;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** An ordinary message's evaluation in, the octets of its line out: what the journal costs the way of each message. */
@State(Scope.Thread)
public class JournalLineBenchmark {
    private final RecordingRules recording = new RecordingRules(ReportScope.ALL, 86_400);
    private final Evaluation evaluation = evaluation();

    private static Evaluation evaluation() {
        Rules rules = OrdinaryMail.rules();
        IpAddress address = IpAddress.of("192.0.2.1");
        List<HeaderField> fields = OrdinaryMail.fields();
        Headers headers = new Headers(fields);
        MessageFacts facts = new MessageFacts(
                "4000001E240",
                "mx.bench.test",
                new MessageFacts.Client(
                        "mail.bench.test", Optional.of(address), OptionalInt.of(40_000), "mail.bench.test"),
                ReversePath.parse(OrdinaryMail.SENDER),
                Optional.empty(),
                headers,
                AuthorDomain.of(headers),
                false);
        return MessageJudge.judge(
                        rules,
                        facts,
                        rules.dnsForMessage(
                                Asker.of(Optional.of(address), JournalLineBenchmark.class), new ManualLoop()))
                .toCompletableFuture()
                .join()
                .evaluations()
                .get(0);
    }

    private final KnownRequests<byte[]> known = new KnownRequests<>(JournalLine::asked);
    private final byte[] begin = JournalLine.begin(1_795_493_204);
    private final OctetText line = new OctetText(512);

    @Benchmark
    public OctetText write() {
        line.cut(0);
        JournalLine.appendRecord(
                line,
                begin,
                known.of(evaluation, recording).orElseThrow(),
                evaluation.client().orElseThrow(),
                recording.row(evaluation, false));
        return line;
    }
}
