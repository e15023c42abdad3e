package org.dmarcmilter.filter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.milter.Macros;
import org.dmarcmilter.milter.MilterCommand;
import org.dmarcmilter.milter.MilterFilter;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.Negotiation;
import org.dmarcmilter.text.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One milter connection: collects the facts of each message and has it judged when it ends. */
final class DmarcSession implements MilterFilter.Session {
    private static final Logger LOG = LoggerFactory.getLogger(DmarcSession.class);
    private static final MilterReply CONTINUE = new MilterReply.Continue();
    private static final MilterReply ACCEPT = new MilterReply.Accept();

    /** What is kept of a field. */
    private enum Kept {
        /** All of it: a judgement reads it. */
        WHOLE,
        /** Only its name: a judgement counts it, or takes it for a landmark, whatever stands in it. */
        NAME
    }

    private static final Map<String, Kept> KEPT = kept();

    private static Map<String, Kept> kept() {
        Map<String, Kept> kept = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : List.of(
                "From",
                "Date",
                "To",
                "Message-ID",
                "Authentication-Results",
                "Received-SPF",
                "ARC-Authentication-Results",
                "ARC-Seal")) {
            kept.put(name, Kept.WHOLE);
        }
        for (String name : List.of("Reply-To", "Cc", "Bcc", "In-Reply-To", "References", "Subject", "Received")) {
            kept.put(name, Kept.NAME);
        }
        return Collections.unmodifiableMap(kept);
    }

    private final LocalPolicy policy;
    private final DmarcFilter.Recorder recorder;
    private final Executor loop;
    private final AtomicBoolean jobIdMissed;
    private final boolean keepAllFields;

    private MessageFacts.Client client = MessageFacts.Client.UNKNOWN;
    private MessageFacts.Client clientAtMail = client;
    private ReversePath sender = ReversePath.parse("");
    private List<HeaderField> fields = new ArrayList<>();
    private boolean truncated;
    private Optional<MessageJudge.Begun> begun = Optional.empty();

    /** Numbers the messages, so that a judgement is known whose message was taken back meanwhile. */
    private long message;

    /** @param jobIdMissed whether it was said already that the MTA does not tell job ids */
    DmarcSession(LocalPolicy policy, DmarcFilter.Recorder recorder, Executor loop, AtomicBoolean jobIdMissed) {
        this.policy = policy;
        this.recorder = recorder;
        this.loop = loop;
        this.jobIdMissed = jobIdMissed;
        this.keepAllFields = policy.settings().failureReports().enabled();
    }

    /**
     * OpenDMARC's actions. Only CONNECT, MAIL and the end of the message are answered: nowhere else can a decision fall.
     */
    @Override
    public MilterFilter.Wishes wishes() {
        boolean copies = policy.settings().handling().copyFailuresTo().isPresent();
        return new MilterFilter.Wishes(
                Negotiation.ADD_HEADERS | Negotiation.QUARANTINE | (copies ? Negotiation.ADD_RECIPIENTS : 0),
                Negotiation.NO_RCPT | Negotiation.NO_DATA | Negotiation.NO_BODY | Negotiation.NO_UNKNOWN,
                Negotiation.NR_HELO
                        | Negotiation.NR_RCPT
                        | Negotiation.NR_DATA
                        | Negotiation.NR_HEADER
                        | Negotiation.NR_EOH);
    }

    @Override
    public MilterReply connect(MilterCommand.Connect command, Macros macros) {
        client = new MessageFacts.Client(command.host(), command.address(), command.port(), "");
        if (policy.ignoreHosts().ignores(command.host(), command.address())) {
            LogWriter.write(LOG, LogLine.info("ignoring connection from " + Printable.shortened(command.host())));
            return ACCEPT;
        }
        return CONTINUE;
    }

    @Override
    public void helo(String name) {
        client = new MessageFacts.Client(client.host(), client.address(), client.port(), name);
    }

    @Override
    public MilterReply mail(MilterCommand.Mail command, Macros macros) {
        forget();
        // Present but empty counts as authenticated too, as in OpenDMARC: only an MTA that authenticates defines it.
        if (policy.settings().exemptions().authenticatedClients()
                && macros.get("auth_authen").isPresent()) {
            LogWriter.write(
                    LOG,
                    LogLine.info("ignoring authenticated client, mailfrom=" + Printable.shortened(command.sender())));
            return ACCEPT;
        }
        sender = ReversePath.parse(command.sender());
        clientAtMail = client;
        return CONTINUE;
    }

    @Override
    public void header(MilterCommand.Header command) {
        HeaderField field = new HeaderField(command.name(), command.value());
        Kept kept = KEPT.get(field.name());
        if (keepAllFields || kept == Kept.WHOLE) {
            fields.add(field);
        } else if (kept == Kept.NAME) {
            fields.add(new HeaderField(field.name(), ""));
        }
        if (begun.isEmpty() && field.is("From")) {
            // It will be asked anyway: the answer is on its way while the rest of the message comes in.
            begun = MessageJudge.Begun.search(field, policy);
        }
    }

    @Override
    public void headersTruncated() {
        truncated = true;
    }

    @Override
    public CompletionStage<List<MilterReply>> endOfMessage(Macros macros) {
        MessageFacts facts = new MessageFacts(
                macros.get("i").filter(id -> !id.isEmpty()).orElseGet(this::unknownJobId),
                macros.get("j").filter(name -> !name.isEmpty()).orElse(policy.hostName()),
                clientAtMail,
                sender,
                new Headers(fields),
                truncated);
        CompletableFuture<Judgement> judgement =
                MessageJudge.judge(policy, facts, begun).toCompletableFuture();
        forget();
        long number = message;
        return judgement.isDone()
                ? judgement.thenApply(done -> finish(number, facts, done))
                : judgement.thenApplyAsync(done -> finish(number, facts, done), loop);
    }

    /** Once in a life is enough to say that the MTA leaves its macro out, as OpenDMARC does. */
    private String unknownJobId() {
        if (jobIdMissed.compareAndSet(false, true)) {
            LogWriter.write(
                    LOG,
                    LogLine.warning("WARNING: symbol 'i' not available: have the MTA send that macro"
                            + " (Postfix: milter_end_of_data_macros; Sendmail: Milter.macros.eom)"));
        }
        return "(unknown-jobid)";
    }

    /** On the connection's loop. What nobody got a verdict on is not written down either: the MTA will come again. */
    private List<MilterReply> finish(long number, MessageFacts facts, Judgement judgement) {
        if (number != message) {
            LogWriter.write(LOG, LogLine.debug(facts.logged("taken back before its verdict")));
            return Replies.of(judgement);
        }
        judgement.log().forEach(line -> LogWriter.write(LOG, line));
        recorder.accept(new DmarcFilter.JudgedMessage(policy, facts, judgement));
        return Replies.of(judgement);
    }

    @Override
    public void abort() {
        forget();
    }

    @Override
    public void close() {
        forget();
        client = MessageFacts.Client.UNKNOWN;
        clientAtMail = client;
    }

    private void forget() {
        fields = new ArrayList<>();
        truncated = false;
        begun = Optional.empty();
        sender = ReversePath.parse("");
        message++;
    }
}
