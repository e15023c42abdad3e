package org.dmarcmilter.filter;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.evidence.ForgedResults;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.Verdict;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.milter.MilterReply;

/** Turns a judgement into milter replies: edits in the portable order, then exactly one verdict. */
final class Replies {
    private static final MilterReply ACCEPT = new MilterReply.Accept();
    private static final MilterReply CONTINUE = new MilterReply.Continue();
    private static final MilterReply REJECT = new MilterReply.Reject();

    private Replies() {}

    static List<MilterReply> of(Judgement judgement) {
        List<MilterReply> replies = new ArrayList<>(2);
        // From the last to the first, and before what is inserted: Postfix counts anew after each edit.
        for (int i = judgement.removed().size() - 1; i >= 0; i--) {
            replies.add(new MilterReply.DeleteHeader(judgement.removed().get(i), ForgedResults.FIELD));
        }
        for (int i = 0; i < judgement.headers().size(); i++) {
            HeaderField field = judgement.headers().get(i);
            replies.add(new MilterReply.InsertHeader(0, field.name(), field.value()));
        }
        for (int i = 0; i < judgement.copyTo().size(); i++) {
            replies.add(new MilterReply.AddRecipient(judgement.copyTo().get(i)));
        }
        Verdict verdict = judgement.verdict();
        if (verdict instanceof Verdict.Hold hold) {
            replies.add(new MilterReply.Quarantine(hold.reason()));
            replies.add(ACCEPT);
        } else if (verdict instanceof Verdict.Refuse refuse) {
            replies.add(new MilterReply.ReplyCode(refuse.code(), refuse.enhancedCode(), refuse.text()));
        } else if (verdict instanceof Verdict.Reject) {
            replies.add(REJECT);
        } else if (verdict instanceof Verdict.Continue) {
            replies.add(CONTINUE);
        } else {
            replies.add(ACCEPT);
        }
        return replies;
    }
}
