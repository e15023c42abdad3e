package org.dmarcmilter.judge;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.testing.ManualLoop;
import org.dmarcmilter.testing.OrdinaryMail;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The facts of one message in, its judgement out; the DNS has all answers. */
@State(Scope.Thread)
public class MessageJudgeBenchmark {
    private final Rules rules = OrdinaryMail.rules();
    private final ManualLoop loop = new ManualLoop();
    private final MessageFacts.Client client = new MessageFacts.Client(
            "mail.bench.test", Optional.of(IpAddress.of("192.0.2.1")), OptionalInt.of(40_000), "mail.bench.test");
    private final ReversePath sender = ReversePath.parse(OrdinaryMail.SENDER);
    private final List<HeaderField> fields = OrdinaryMail.fields();

    @Benchmark
    public Judgement judge() {
        Headers headers = new Headers(fields);
        MessageFacts facts = new MessageFacts(
                "4000001E240",
                "mx.bench.test",
                client,
                sender,
                Optional.empty(),
                headers,
                AuthorDomain.of(headers),
                false);
        return MessageJudge.judge(rules, facts, rules.dnsForMessage(Asker.of(client.address(), this), loop))
                .toCompletableFuture()
                .join();
    }
}
