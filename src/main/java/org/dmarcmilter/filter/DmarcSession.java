package org.dmarcmilter.filter;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.LogLine;
import org.dmarcmilter.judge.MessageJudge;
import org.dmarcmilter.judge.PolicySearch;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.milter.Macros;
import org.dmarcmilter.milter.MilterCommand;
import org.dmarcmilter.milter.MilterFilter;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.Negotiation;
import org.dmarcmilter.text.Printable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One milter connection: collects the facts of each message and has it judged when it ends. */
final class DmarcSession implements MilterFilter.BodyReader {
    private static final Logger LOG = LoggerFactory.getLogger(DmarcSession.class);
    private static final MilterReply CONTINUE = new MilterReply.Continue();
    private static final AuthorDomain NO_AUTHOR = new AuthorDomain.None();
    private static final MilterReply ACCEPT = new MilterReply.Accept();

    /** Octets that the hashing of a body takes, about. */
    private static final int HASHING = 10 * 1024;

    private final Rules rules;
    private final Consumer<JudgedMessage> recorder;
    private final ScheduledExecutorService loop;
    private final AtomicBoolean queueIdMissed;
    private final AtomicBoolean spaceMissed;
    private final boolean verifiesDkim;
    private final boolean keepAllFields;
    private final boolean wantsRecipients;

    private MessageFacts.Client client = MessageFacts.Client.UNKNOWN;
    private Optional<OpenMessage> open = Optional.empty();

    /** A message from MAIL until its verdict is with the MTA, or it is taken back. */
    private static final class OpenMessage {
        final MessageFacts.Client client;
        final ReversePath sender;
        final LongPredicate memory;
        final MessageDns dns;
        final PolicySearch search;
        final SharedDomain recipientDomain = new SharedDomain();
        final List<HeaderField> fields = new ArrayList<>(12);
        boolean truncated;
        int fromFields;
        /** By the first From field. */
        AuthorDomain author = NO_AUTHOR;

        /** From the end of the header on, with DKIMSelfValidate. */
        @Nullable
        DkimVerification dkim;

        /** From the end of the message on. */
        @Nullable
        MessageFacts complete;

        /** From the judgement on. */
        @Nullable
        JudgedMessage judged;

        OpenMessage(
                MessageFacts.Client client,
                ReversePath sender,
                LongPredicate memory,
                MessageDns dns,
                PolicySearch search) {
            this.client = client;
            this.sender = sender;
            this.memory = memory;
            this.dns = dns;
            this.search = search;
        }

        /** By all of them. */
        AuthorDomain author() {
            return fromFields > 1 ? AuthorDomain.of(new Headers(fields)) : author;
        }
    }

    /**
     * @param queueIdMissed whether it was said already that the MTA does not tell queue ids
     * @param spaceMissed whether it was said already that the MTA does not tell spaces
     */
    DmarcSession(
            Rules rules,
            Consumer<JudgedMessage> recorder,
            ScheduledExecutorService loop,
            AtomicBoolean queueIdMissed,
            AtomicBoolean spaceMissed) {
        this.rules = rules;
        this.recorder = recorder;
        this.loop = loop;
        this.queueIdMissed = queueIdMissed;
        this.spaceMissed = spaceMissed;
        this.verifiesDkim = rules.settings().dkim().selfValidate();
        this.wantsRecipients = rules.settings().aggregateReports().enabled()
                && rules.settings().aggregateReports().content().envelopeTo();
        // A signature may be about any field.
        this.keepAllFields = verifiesDkim || rules.settings().failureReports().enabled();
    }

    /**
     * OpenDMARC's actions. Only the end of the message is answered, so that a message costs one round trip: what was decided at CONNECT
     * or MAIL is said there. That no ABORT may come between two messages does no harm, as nothing of a message outlives the next MAIL.
     */
    @Override
    public MilterFilter.Wishes wishes() {
        boolean removes = verifiesDkim || rules.settings().identity().removesForged();
        boolean copies = !rules.settings().handling().copyFailuresTo().isEmpty();
        return new MilterFilter.Wishes(
                Negotiation.ADD_HEADERS
                        | Negotiation.QUARANTINE
                        | (removes ? Negotiation.CHANGE_HEADERS : 0)
                        | (copies ? Negotiation.ADD_RECIPIENTS : 0),
                Negotiation.NO_DATA
                        | (wantsRecipients ? 0 : Negotiation.NO_RCPT)
                        | (verifiesDkim ? 0 : Negotiation.NO_EOH | Negotiation.NO_BODY)
                        | Negotiation.NO_UNKNOWN,
                Negotiation.NR_CONNECT
                        | Negotiation.NR_HELO
                        | Negotiation.NR_MAIL
                        | Negotiation.NR_RCPT
                        | Negotiation.NR_DATA
                        | Negotiation.NR_HEADER
                        | Negotiation.NR_EOH
                        | (verifiesDkim ? Negotiation.NR_BODY : 0),
                verifiesDkim);
    }

    /** Once in a life is enough to say what the administrator may mend. */
    @Override
    public void withoutLeadingSpace() {
        if (spaceMissed.compareAndSet(false, true)) {
            LogWriter.write(
                    LOG,
                    LogLine.warning(
                            "the MTA does not tell what stands between the colon and the value of a header field:"
                                    + " some DKIM signatures with simple canonicalization will fail (Postfix: milter_protocol = 6)"));
        }
    }

    @Override
    public MilterReply connect(MilterCommand.Connect command, Macros macros) {
        client = new MessageFacts.Client(command.host(), command.address(), command.port(), "");
        if (rules.ignoreHosts().ignores(command.host(), command.address())) {
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
    public MilterReply mail(MilterCommand.Mail command, Macros macros, LongPredicate memory) {
        // Present but empty counts as authenticated too, as in OpenDMARC: only an MTA that authenticates defines it.
        if (rules.settings().exemptions().authenticatedClients()
                && macros.get("auth_authen").isPresent()) {
            LogWriter.write(
                    LOG,
                    LogLine.info("ignoring authenticated client, mailfrom=" + Printable.shortened(command.sender())));
            return ACCEPT;
        }
        MessageDns dns = rules.dnsForMessage(Asker.of(client.address(), this), loop, memory);
        open = Optional.of(new OpenMessage(
                client, ReversePath.parse(command.sender()), memory, dns, new PolicySearch(rules, dns)));
        return CONTINUE;
    }

    /** An MTA that cannot leave them out tells them unasked. */
    @Override
    public void recipient(MilterCommand.Recipient command) {
        if (wantsRecipients) {
            open.orElseThrow().recipientDomain.add(command.recipient());
        }
    }

    @Override
    public MilterFilter.Part keeps(String fieldName, CharSequence value) {
        return keepAllFields ? MilterFilter.Part.WHOLE : KeptFields.part(fieldName, value);
    }

    @Override
    public void header(MilterCommand.Header command) {
        OpenMessage message = open.orElseThrow();
        HeaderField field = KeptFields.kept(command);
        message.fields.add(field);
        if (field.is(AuthorDomain.FIELD) && message.fromFields++ == 0) {
            message.author = AuthorDomain.of(field);
            message.search.begin(message.author);
        }
    }

    @Override
    public void headersTruncated() {
        open.orElseThrow().truncated = true;
    }

    @Override
    public void endOfHeaders() {
        verification(open.orElseThrow());
    }

    @Override
    public void body(ByteBuffer piece) {
        @Nullable DkimVerification verification = verification(open.orElseThrow());
        if (verification != null && verification.needsBody()) {
            verification.body(piece);
        }
    }

    /** Begun as soon as all fields are there; null without the option, and if fields were left out, as then nothing is evaluated. */
    private @Nullable DkimVerification verification(OpenMessage message) {
        if (verifiesDkim && message.dkim == null && !message.truncated) {
            DkimVerification begun = rules.beginDkim(message.fields, message.author(), message.dns);
            if (begun.needsBody()) {
                // If there is none this message is about to be taken back, and goes on until then.
                var unused = message.memory.test(HASHING);
            }
            message.dkim = begun;
        }
        return message.dkim;
    }

    @Override
    public CompletionStage<List<MilterReply>> endOfMessage(Macros macros) {
        OpenMessage message = open.orElseThrow();
        Headers headers = new Headers(message.fields);
        MessageFacts facts = new MessageFacts(
                macros.get("i").filter(id -> !id.isEmpty()).orElseGet(this::unknownQueueId),
                macros.get("j").filter(name -> !name.isEmpty()).orElse(rules.hostName()),
                message.client,
                message.sender,
                message.recipientDomain.get(),
                headers,
                message.author(),
                message.truncated);
        message.complete = facts;
        @Nullable DkimVerification verification = verification(message);
        return MessageJudge.judge(
                        rules,
                        facts,
                        message.dns,
                        message.search,
                        verification == null ? Optional.empty() : Optional.of(verification.end()))
                .thenApply(judgement -> {
                    message.judged = new JudgedMessage(rules, facts, judgement);
                    return Replies.of(judgement);
                });
    }

    /** Once in a life is enough to say that the MTA leaves its macro out, as OpenDMARC does. */
    private String unknownQueueId() {
        if (queueIdMissed.compareAndSet(false, true)) {
            LogWriter.write(
                    LOG,
                    LogLine.warning("WARNING: symbol 'i' not available: have the MTA send that macro"
                            + " (Postfix: milter_end_of_data_macros; Sendmail: Milter.macros.eom)"));
        }
        return "(unknown-jobid)";
    }

    /** Only now is it written down: the MTA will come again with a message on which it got no verdict of ours. */
    @Override
    public void answered() {
        @Nullable JudgedMessage judged = open.isPresent() ? open.get().judged : null;
        open = Optional.empty();
        if (judged != null) {
            List<LogLine> log = judged.judgement().log();
            for (int i = 0; i < log.size(); i++) {
                LogWriter.write(LOG, log.get(i));
            }
            recorder.accept(judged);
        }
    }

    @Override
    public void abort() {
        open.ifPresent(message -> {
            message.dns.abandon();
            @Nullable MessageFacts facts = message.complete;
            if (facts != null) {
                LogWriter.write(LOG, LogLine.debug(() -> facts.logged("taken back before its verdict")));
            }
        });
        open = Optional.empty();
    }

    @Override
    public void close() {
        abort();
        client = MessageFacts.Client.UNKNOWN;
    }
}
