package org.dmarcmilter.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.MessageJudge;
import org.dmarcmilter.judge.PolicySearch;
import org.dmarcmilter.judge.Rules;

/**
 * One message that a command has judged as the daemon would, on a thread like a connection's.
 *
 * @param judgement what came out
 * @param asked what the DNS was asked for it, in order
 */
record OneMessage(Judgement judgement, List<MessageDns.Asked> asked) {

    /**
     * Judges, and waits for it.
     *
     * @param file where the body stands, which is read if we verify DKIM ourselves
     */
    static OneMessage judge(Rules rules, MessageFacts facts, MessageFile file) throws IOException {
        try {
            return await(
                    rules,
                    dns -> MessageJudge.judge(
                                    rules,
                                    facts,
                                    dns,
                                    new PolicySearch(rules, dns),
                                    verification(rules, facts, file, dns))
                            .thenApply(judgement -> new OneMessage(judgement, dns.asked())));
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException unreadable) {
                throw unreadable.getCause();
            }
            throw e;
        }
    }

    private static Optional<CompletionStage<DkimVerification.Findings>> verification(
            Rules rules, MessageFacts facts, MessageFile file, MessageDns dns) {
        if (!rules.settings().dkim().selfValidate() || facts.headersIncomplete()) {
            return Optional.empty();
        }
        DkimVerification verification = rules.beginDkim(facts.headers().fields(), facts.author(), dns);
        if (verification.needsBody()) {
            try {
                file.readBody(verification::body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Optional.of(verification.end());
    }

    /** What the owner of the sender's domain says about an SPF fail; asked for when all is judged, as nothing depends on it. */
    static Optional<String> spfExplanation(Rules rules, Judgement judgement) {
        return Optional.of(await(rules, dns -> MessageJudge.spfExplanation(rules, judgement, dns)))
                .filter(text -> !text.isEmpty());
    }

    private static <T> T await(Rules rules, Function<MessageDns, CompletionStage<T>> work) {
        ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "judge");
            thread.setDaemon(true);
            return thread;
        });
        try {
            MessageDns dns = rules.dnsForMessage(new Asker(work), loop);
            return CompletableFuture.supplyAsync(() -> work.apply(dns), loop)
                    .thenCompose(Function.identity())
                    .join();
        } finally {
            loop.shutdownNow();
        }
    }
}
