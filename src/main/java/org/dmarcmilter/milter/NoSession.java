package org.dmarcmilter.milter;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongPredicate;

/** Stands where no filter is behind the connection: before negotiation, after its end, or when none could be opened. */
enum NoSession implements MilterFilter.Session {
    INSTANCE;

    @Override
    public MilterFilter.Wishes wishes() {
        return new MilterFilter.Wishes(0, 0, 0);
    }

    @Override
    public MilterReply connect(MilterCommand.Connect command, Macros macros) {
        return new MilterReply.Continue();
    }

    @Override
    public void helo(String name) {}

    @Override
    public MilterReply mail(MilterCommand.Mail command, Macros macros, LongPredicate memory) {
        return new MilterReply.Continue();
    }

    @Override
    public void header(MilterCommand.Header command) {}

    @Override
    public CompletionStage<List<MilterReply>> endOfMessage(Macros macros) {
        return CompletableFuture.completedFuture(List.of(new MilterReply.Accept()));
    }

    @Override
    public void abort() {}

    @Override
    public void close() {}
}
