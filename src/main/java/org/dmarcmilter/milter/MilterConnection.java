package org.dmarcmilter.milter;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.milter.MilterCommand.Abort;
import org.dmarcmilter.milter.MilterCommand.Body;
import org.dmarcmilter.milter.MilterCommand.Connect;
import org.dmarcmilter.milter.MilterCommand.Data;
import org.dmarcmilter.milter.MilterCommand.EndOfHeaders;
import org.dmarcmilter.milter.MilterCommand.EndOfMessage;
import org.dmarcmilter.milter.MilterCommand.Header;
import org.dmarcmilter.milter.MilterCommand.Helo;
import org.dmarcmilter.milter.MilterCommand.Macro;
import org.dmarcmilter.milter.MilterCommand.Mail;
import org.dmarcmilter.milter.MilterCommand.Malformed;
import org.dmarcmilter.milter.MilterCommand.OptionNegotiation;
import org.dmarcmilter.milter.MilterCommand.Quit;
import org.dmarcmilter.milter.MilterCommand.QuitNewConnection;
import org.dmarcmilter.milter.MilterCommand.Recipient;
import org.dmarcmilter.milter.MilterCommand.Unknown;
import org.dmarcmilter.milter.MilterFilter.BodyReader;
import org.dmarcmilter.milter.MilterFilter.Part;
import org.dmarcmilter.milter.MilterFilter.Session;
import org.dmarcmilter.milter.MilterReply.Kind;
import org.dmarcmilter.milter.Negotiation.Agreed;
import org.dmarcmilter.milter.Negotiation.Refused;
import org.dmarcmilter.milter.Negotiation.TooOld;
import org.dmarcmilter.text.Printable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of the commands on one connection. Connection data (CONNECT, HELO, their macros) live until the end or
 * SMFIC_QUIT_NC; a message lives from MAIL to the verdict at its end, to ABORT or to the next MAIL. Each command that wants
 * a reply gets exactly one verdict, and what the filter fails to say becomes the fail-safe verdict: a closed socket is the
 * answer to broken input only.
 */
final class MilterConnection implements MilterCommand.Visitor {
    private static final Logger LOG = LoggerFactory.getLogger(MilterConnection.class);

    private static final MilterReply CONTINUE = new MilterReply.Continue();
    private static final MilterReply TEMPORARY_FAILURE = new MilterReply.TemporaryFailure();
    private static final MilterReply PROGRESS = new MilterReply.Progress();

    private static final Agreed NOTHING_YET = new Agreed(0, 0, 0);

    private final Service service;
    private final long id;
    private final ConnectionHandler wire;
    private final MacroTable macros = new MacroTable();

    private Agreed agreed = NOTHING_YET;
    private Session session = NoSession.INSTANCE;
    private boolean connected;

    /** The session is asked no more on this connection; what its messages are answered. */
    private Optional<MilterReply> connectionVerdict = Optional.empty();

    /** Whose memory it is that the messages take. */
    private Object client = this;

    private Optional<OpenMessage> open = Optional.empty();
    private boolean draining;

    MilterConnection(Service service, long id, ConnectionHandler wire) {
        this.service = service;
        this.id = id;
        this.wire = wire;
    }

    /** The session has been asked for the verdict on a message: no command is taken until it has come. */
    boolean deciding() {
        return open.filter(message -> message.deciding).isPresent();
    }

    /** Whether the MTA has shown that it speaks the protocol. */
    boolean negotiated() {
        return agreed.version() != 0;
    }

    @Override
    public void optionNegotiation(OptionNegotiation offer) {
        if (negotiated()) {
            wire.malformed("second option negotiation");
            return;
        }
        open();
        MilterFilter.Wishes wishes = session.wishes();
        Negotiation.Result result = Negotiation.negotiate(offer, wishes);
        if (result instanceof Refused refused) {
            wire.refuse(refused.reason());
        } else if (result instanceof TooOld old) {
            wire.malformed("protocol version " + old.version() + " is not supported");
        } else if (result instanceof Agreed both) {
            agreed = both;
            service.counters().replies.increment();
            wire.negotiated(agreed);
            tellOfSpace(wishes);
        }
    }

    private void tellOfSpace(MilterFilter.Wishes wishes) {
        if (wishes.leadingSpace() && !agreed.has(Negotiation.HEADER_LEADING_SPACE)) {
            guarded("option negotiation", session::withoutLeadingSpace);
        }
    }

    private void open() {
        try {
            session = service.filter().open(id, wire.loop());
        } catch (RuntimeException | Error failure) {
            failed("opening a session", failure);
            connectionVerdict = Optional.of(service.failSafe());
        }
    }

    @Override
    public void macro(Macro command) {
        if (expectNegotiated("macros") && !macros.define(command)) {
            wire.oddity("more macros than are kept; dropped those for command '"
                    + Printable.escaped(String.valueOf(command.stage()), WireText.MAX_LOGGED) + "'");
        }
    }

    @Override
    public void connect(Connect command) {
        if (!expectNegotiated("CONNECT")) {
            return;
        }
        if (connected) {
            wire.malformed("second CONNECT");
            return;
        }
        connected = true;
        client = command.address().<Object>map(MilterConnection::client).orElse(this);
        settleConnection(Negotiation.NO_CONNECT, Negotiation.NR_CONNECT, () -> session.connect(command, macros));
    }

    @Override
    public void helo(Helo command) {
        if (!expectNegotiated("HELO")) {
            return;
        }
        macros.helo();
        settleConnection(Negotiation.NO_HELO, Negotiation.NR_HELO, () -> {
            session.helo(command.name());
            return CONTINUE;
        });
    }

    /** A verdict that cannot be said now, because no reply was agreed for this step, is said for each message. */
    private void settleConnection(int unwanted, int noReply, Supplier<MilterReply> step) {
        MilterReply verdict = CONTINUE;
        if (connectionVerdict.isEmpty() && !agreed.has(unwanted)) {
            verdict = ask(step);
        }
        if (!verdict.equals(CONTINUE)) {
            connectionVerdict = Optional.of(agreed.has(noReply) ? verdict : CONTINUE);
        }
        answer(noReply, verdict);
    }

    @Override
    public void mail(Mail command) {
        if (!expectNegotiated("MAIL")) {
            return;
        }
        dropMessage();
        macros.beginMessage();
        OpenMessage message = new OpenMessage(
                service.limits(), service.headerMemory(), client, refused -> wire.onLoop(() -> refuse(refused)));
        open = Optional.of(message);
        message.verdict = connectionVerdict;
        if (message.verdict.isEmpty()) {
            message.inSession = true;
            askInMessage(message, () -> session.mail(command, macros, octets -> take(message, octets)));
        }
        answer(Negotiation.NR_MAIL, message.verdict.orElse(CONTINUE));
    }

    @Override
    public void recipient(Recipient command) {
        inMessage("RCPT", Negotiation.NO_RCPT, Negotiation.NR_RCPT, message -> {
            session.recipient(command);
            return CONTINUE;
        });
    }

    @Override
    public void data(Data command) {
        inMessage("DATA", Negotiation.NO_DATA, Negotiation.NR_DATA, message -> CONTINUE);
    }

    /** Most of what comes, and most of it for nobody: the session is only asked about what it reads. */
    @Override
    public void header(Header command) {
        Optional<OpenMessage> message = expectMessage("HEADER");
        if (message.isPresent()) {
            answer(
                    Negotiation.NR_HEADER,
                    isSkipped(message.get(), Negotiation.NO_HEADERS) ? CONTINUE : header(message.get(), command));
        }
    }

    private MilterReply header(OpenMessage message, Header command) {
        return switch (message.count(command)) {
            case LEFT_OUT, UNREAD -> CONTINUE;
            case KEPT -> keep(message, command);
            case FIRST_LEFT_OUT ->
                askInMessage(message, () -> {
                    session.headersTruncated();
                    return CONTINUE;
                });
            case NO_MEMORY ->
                askInMessage(message, () -> {
                    giveUp(message);
                    return TEMPORARY_FAILURE;
                });
        };
    }

    /** As {@link #askInMessage}, without an object for each field. */
    private MilterReply keep(OpenMessage message, Header command) {
        try {
            session.header(command);
            return CONTINUE;
        } catch (RuntimeException | Error failure) {
            failed("a step before the end", failure);
            message.verdict = Optional.of(service.failSafe());
            return service.failSafe();
        }
    }

    /** The session needs more memory; it is at work, so that its message cannot be refused this moment. */
    private boolean take(OpenMessage message, long octets) {
        boolean taken = message.take(octets);
        if (!taken) {
            later(() -> refuse(message));
        }
        return taken;
    }

    /** How much of a header field that comes now anybody reads. */
    Part keeps(String fieldName, CharSequence value) {
        return open.filter(message -> message.inSession).isPresent() ? session.keeps(fieldName, value) : Part.NOTHING;
    }

    /** Others need the memory that a message of this connection has taken: it is theirs at once, and then the MTA hears of it. */
    private void refuse(OpenMessage message) {
        if (open.filter(message::equals).isEmpty() || message.verdict.isPresent()) {
            return;
        }
        giveUp(message);
        message.verdict = Optional.of(TEMPORARY_FAILURE);
        if (message.deciding) {
            later(() -> {
                if (message.deciding) {
                    conclude(message, List.of(TEMPORARY_FAILURE));
                }
            });
        }
    }

    private void later(Runnable task) {
        wire.loop().execute(() -> wire.onLoop(task));
    }

    private void giveUp(OpenMessage message) {
        service.counters().putOff.increment();
        LOG.info(
                "{}milter connection {} from {}: memory for messages is short, and this message holds the most; answered {}",
                queueId(),
                id,
                wire.peer(),
                TEMPORARY_FAILURE);
        leaveSession(message);
        message.release();
    }

    /** Who has an IPv6 address has all those of its network. */
    private static IpAddress client(IpAddress address) {
        return address.family() == IpAddress.Family.IPV6 ? new IpAddress(address.family(), address.high(), 0) : address;
    }

    @Override
    public void endOfHeaders(EndOfHeaders command) {
        inMessage("end of headers", Negotiation.NO_EOH, Negotiation.NR_EOH, message -> {
            if (session instanceof BodyReader reader) {
                reader.endOfHeaders();
            }
            return CONTINUE;
        });
    }

    @Override
    public void body(Body command) {
        if (!command.last()) {
            expectMessage("BODY")
                    .filter(message -> !isSkipped(message, Negotiation.NO_BODY))
                    .ifPresent(message -> askInMessage(message, () -> {
                        read(command.piece());
                        return CONTINUE;
                    }));
            return;
        }
        inMessage("BODY", Negotiation.NO_BODY, Negotiation.NR_BODY, message -> {
            read(command.piece());
            return CONTINUE;
        });
    }

    private void read(ByteBuffer piece) {
        if (session instanceof BodyReader reader && piece.hasRemaining()) {
            reader.body(piece);
        }
    }

    @Override
    public void unknown(Unknown command) {
        if (expectNegotiated("UNKNOWN")) {
            answer(Negotiation.NR_UNKNOWN, CONTINUE);
        }
    }

    /** One step of a message between MAIL and its end. */
    private void inMessage(String name, int unwanted, int noReply, Function<OpenMessage, MilterReply> step) {
        expectMessage(name).ifPresent(message -> {
            answer(noReply, isSkipped(message, unwanted) ? CONTINUE : askInMessage(message, () -> step.apply(message)));
        });
    }

    private boolean isSkipped(OpenMessage message, int unwanted) {
        return message.verdict.isPresent() || agreed.has(unwanted);
    }

    @Override
    public void endOfMessage(EndOfMessage command) {
        expectMessage("end of message").ifPresent(message -> {
            service.counters().messages.increment();
            if (message.verdict.isPresent()) {
                wire.send(message.verdict.get());
                dropMessage();
            } else {
                decide(message, command.piece());
            }
        });
    }

    private void decide(OpenMessage message, ByteBuffer lastPiece) {
        message.deciding = true;
        message.decidingSince = System.nanoTime();
        try {
            read(lastPiece);
            CompletionStage<List<MilterReply>> stage = session.endOfMessage(macros);
            // An answer that is there already is taken at once, without a detour over the event loop's queue.
            stage.whenComplete((replies, failure) -> wire.onLoop(() -> decided(message, replies, failure)));
        } catch (RuntimeException | Error failure) {
            decided(message, List.of(), failure);
        }
        if (message.deciding) {
            wire.startProgress();
        }
    }

    /** The session's answer at the end of a message, unless nobody waits for it any more. */
    private void decided(OpenMessage message, @Nullable List<MilterReply> replies, @Nullable Throwable failure) {
        if (!message.deciding || !message.inSession) {
            return;
        }
        if (failure != null) {
            failed("the end of the message", failure);
            conclude(message, List.of(service.failSafe()));
        } else if (replies == null || !isAnswer(replies)) {
            failed("the end of the message", new IllegalStateException("not edits and one verdict: " + replies));
            conclude(message, List.of(service.failSafe()));
        } else {
            message.inSession = false;
            send(message, replies);
            guarded("the sent verdict", session::answered);
            goOn();
        }
    }

    /** Edits that were agreed on, then exactly one verdict. */
    private boolean isAnswer(List<MilterReply> replies) {
        int last = replies.size() - 1;
        for (int i = 0; i < last; i++) {
            MilterReply reply = replies.get(i);
            if (reply.kind() != Kind.EDIT || (reply.action() & ~agreed.actions()) != 0) {
                return false;
            }
        }
        return last >= 0 && replies.get(last).kind() == Kind.VERDICT;
    }

    /** The MTA still waits: tell it so. */
    void progress() {
        wire.send(PROGRESS);
    }

    /** Ends a pending decision with the fail-safe verdict. */
    void decideNow(String reason) {
        LOG.info(
                "{}milter connection {} from {}: {}; answered {}",
                queueId(),
                id,
                wire.peer(),
                reason,
                service.failSafe());
        open.ifPresent(message -> conclude(message, List.of(message.verdict.orElse(service.failSafe()))));
    }

    /** Answers with a verdict that is not the session's, which is told that the message is gone. */
    private void conclude(OpenMessage message, List<MilterReply> answer) {
        send(message, answer);
        goOn();
    }

    private void send(OpenMessage message, List<MilterReply> answer) {
        message.deciding = false;
        answer.forEach(wire::send);
        service.counters().verdicts.count(System.nanoTime() - message.decidingSince);
    }

    private void goOn() {
        dropMessage();
        wire.resume();
    }

    @Override
    public void abort(Abort command) {
        if (expectNegotiated("ABORT")) {
            dropMessage();
        }
    }

    /** Ends the message, if one is open. */
    private void dropMessage() {
        if (open.isEmpty()) {
            return;
        }
        OpenMessage message = open.get();
        open = Optional.empty();
        message.deciding = false;
        message.release();
        macros.endMessage();
        leaveSession(message);
        if (draining) {
            wire.close();
        }
    }

    /** Tells the session that the message is gone, if it does not know. */
    private void leaveSession(OpenMessage message) {
        if (message.inSession) {
            message.inSession = false;
            guarded("abort", session::abort);
        }
    }

    @Override
    public void quit(Quit command) {
        wire.close();
    }

    @Override
    public void quitNewConnection(QuitNewConnection command) {
        if (!expectNegotiated("QUIT_NC")) {
            return;
        }
        dropMessage();
        guarded("close", session::close);
        session = NoSession.INSTANCE;
        macros.clear();
        connected = false;
        connectionVerdict = Optional.empty();
        client = this;
        open();
        if (agreed.serves(session.wishes())) {
            tellOfSpace(session.wishes());
        } else {
            // A reload may have come between: bodies that were not agreed on, for one, would never be sent.
            LOG.info(
                    "milter connection {} from {}: the configuration needs more of the MTA than before; closing, so that it"
                            + " negotiates anew",
                    id,
                    wire.peer());
            wire.close();
        }
    }

    @Override
    public void malformed(Malformed command) {
        wire.malformed(negotiated() ? command.reason() : "not the milter protocol: " + command.reason());
    }

    /** No new message: closes now, or after the verdict on the open one. */
    void drain() {
        draining = true;
        if (open.isEmpty()) {
            wire.close();
        }
    }

    /** The socket is closed. */
    void ended() {
        dropMessage();
        guarded("close", session::close);
        session = NoSession.INSTANCE;
    }

    private boolean expectNegotiated(String name) {
        if (!negotiated()) {
            wire.malformed(name + " before option negotiation");
        }
        return negotiated();
    }

    private Optional<OpenMessage> expectMessage(String name) {
        if (expectNegotiated(name) && open.isEmpty()) {
            wire.malformed(name + " without MAIL");
        }
        return open;
    }

    private void answer(int noReply, MilterReply reply) {
        if (!agreed.has(noReply)) {
            service.counters().replies.increment();
            wire.send(reply);
        }
    }

    private MilterReply askInMessage(OpenMessage message, Supplier<MilterReply> step) {
        MilterReply verdict = ask(step);
        if (!verdict.equals(CONTINUE)) {
            message.verdict = Optional.of(verdict);
        }
        return verdict;
    }

    /** The edge at which the filter's own failures end, errors like a stack overflow included: the mail has to go on. */
    private MilterReply ask(Supplier<MilterReply> step) {
        try {
            MilterReply reply = step.get();
            if (reply.kind() == Kind.VERDICT) {
                return reply;
            }
            failed("a step before the end", new IllegalStateException("not a verdict: " + reply));
        } catch (RuntimeException | Error failure) {
            failed("a step before the end", failure);
        }
        return service.failSafe();
    }

    private void guarded(String name, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error failure) {
            LOG.error(
                    "{}milter connection {} from {}: the filter failed at {}",
                    queueId(),
                    id,
                    wire.peer(),
                    name,
                    failure);
        }
    }

    private void failed(String step, Throwable failure) {
        service.counters().failures.increment();
        LOG.error(
                "{}milter connection {} from {}: the filter failed at {}; answered {}",
                queueId(),
                id,
                wire.peer(),
                step,
                service.failSafe(),
                failure);
    }

    /** The queue id as the beginning of a log line, if it is known. */
    private String queueId() {
        return macros.get("i")
                .map(queueId -> Printable.escaped(queueId, WireText.MAX_LOGGED) + ": ")
                .orElse("");
    }
}
