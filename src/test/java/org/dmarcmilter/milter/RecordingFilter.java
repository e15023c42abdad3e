package org.dmarcmilter.milter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.dmarcmilter.domain.IpAddress;

/** Writes down what it is told, and answers what the test wants. */
final class RecordingFilter implements MilterFilter {
    static final MilterReply CONTINUE = new MilterReply.Continue();

    /** One line per call, in order, of all connections. */
    final List<String> events = new CopyOnWriteArrayList<>();

    Wishes wishes = new Wishes(Negotiation.ADD_HEADERS | Negotiation.CHANGE_HEADERS, 0, 0);
    MilterReply onConnect = CONTINUE;
    MilterReply onMail = CONTINUE;
    Function<Macros, CompletionStage<List<MilterReply>>> onEnd =
            macros -> CompletableFuture.completedFuture(List.of(CONTINUE));

    /** How much its sessions keep of each header field. */
    Part keeps = Part.WHOLE;

    /** Asked for more memory for the newest message. */
    LongPredicate memory = octets -> false;

    /** Whether its sessions read bodies. */
    boolean readsBodies;

    /** Whether it records what stood behind the colon, a space as {@code _}. */
    boolean tellsSpace;

    /** Whether it records that a verdict was sent. */
    boolean tellsOfAnswers;

    /** The call that throws, by its first word in {@link #events}. */
    String failsAt = "";

    /** Macros whose values are recorded with connect, mail and end. */
    List<String> watched = List.of();

    @Override
    public Session open(long connectionId, ScheduledExecutorService loop) {
        record("open");
        return readsBodies ? new BodyRecorder() : new Recorder();
    }

    /** What was recorded since the last call. */
    List<String> take() {
        List<String> taken = new ArrayList<>(events);
        events.clear();
        return taken;
    }

    private void record(String event) {
        events.add(event);
        if (!failsAt.isEmpty() && event.startsWith(failsAt)) {
            throw new IllegalStateException("wanted by the test");
        }
    }

    private static List<String> arguments(String ended) {
        return ended.isEmpty()
                ? List.of()
                : List.of(ended.split("\0", -1))
                        .subList(0, (int) ended.chars().filter(c -> c == 0).count());
    }

    private String macros(Macros macros) {
        StringBuilder values = new StringBuilder();
        for (String name : watched) {
            macros.get(name)
                    .ifPresent(
                            value -> values.append(" ").append(name).append("=").append(value));
        }
        return values.toString();
    }

    private class Recorder implements Session {
        @Override
        public Wishes wishes() {
            return wishes;
        }

        @Override
        public void withoutLeadingSpace() {
            record("without leading space");
        }

        @Override
        public MilterReply connect(MilterCommand.Connect command, Macros macros) {
            record("connect " + command.host() + " "
                    + command.address().map(IpAddress::text).orElse("-") + macros(macros));
            return onConnect;
        }

        @Override
        public void helo(String name) {
            record("helo " + name);
        }

        @Override
        public MilterReply mail(MilterCommand.Mail command, Macros macros, LongPredicate ofMessage) {
            memory = ofMessage;
            record("mail " + command.sender() + arguments(command.arguments()) + macros(macros));
            return onMail;
        }

        @Override
        public void recipient(MilterCommand.Recipient command) {
            record("rcpt " + command.recipient() + arguments(command.arguments()));
        }

        @Override
        public Part keeps(String fieldName, CharSequence value) {
            return keeps;
        }

        @Override
        public void header(MilterCommand.Header command) {
            record("header " + command.name() + ":"
                    + (tellsSpace ? command.space().replace(" ", "_") : "") + command.value());
        }

        @Override
        public void headersTruncated() {
            record("truncated");
        }

        @Override
        public CompletionStage<List<MilterReply>> endOfMessage(Macros macros) {
            record("end" + macros(macros));
            return onEnd.apply(macros);
        }

        @Override
        public void answered() {
            if (tellsOfAnswers) {
                record("answered");
            }
        }

        @Override
        public void abort() {
            record("abort");
        }

        @Override
        public void close() {
            record("close");
        }
    }

    private final class BodyRecorder extends Recorder implements BodyReader {
        @Override
        public void endOfHeaders() {
            record("end of headers");
        }

        @Override
        public void body(ByteBuffer piece) {
            record("body " + StandardCharsets.ISO_8859_1.decode(piece));
        }
    }
}
