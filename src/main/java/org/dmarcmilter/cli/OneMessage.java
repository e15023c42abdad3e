package org.dmarcmilter.cli;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.MessageJudge;
import org.dmarcmilter.judge.Rules;

/**
 * One message that a command has judged as the daemon would, on a thread like a connection's.
 *
 * @param judgement what came out
 * @param asked what the DNS was asked for it, in order
 */
record OneMessage(Judgement judgement, List<MessageDns.Asked> asked) {

    /** Judges, and waits for it. */
    static OneMessage judge(Rules rules, MessageFacts facts) {
        ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "judge");
            thread.setDaemon(true);
            return thread;
        });
        try {
            MessageDns dns = rules.dnsForMessage(loop);
            return CompletableFuture.supplyAsync(() -> MessageJudge.judge(rules, facts, dns), loop)
                    .thenCompose(Function.identity())
                    .thenApply(judgement -> new OneMessage(judgement, dns.asked()))
                    .join();
        } finally {
            loop.shutdownNow();
        }
    }
}
