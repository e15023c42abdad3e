package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.milter.MilterReply.Accept;
import org.dmarcmilter.milter.MilterReply.AddRecipient;
import org.dmarcmilter.milter.MilterReply.Continue;
import org.dmarcmilter.milter.MilterReply.InsertHeader;
import org.dmarcmilter.milter.MilterReply.Progress;
import org.dmarcmilter.milter.MilterReply.Quarantine;
import org.dmarcmilter.milter.MilterReply.Reject;
import org.dmarcmilter.milter.MilterReply.ReplyCode;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MilterConnectionTest {
    private static final InsertHeader HEADER = new InsertHeader(0, "X", "y");

    private final CapturedLog log = new CapturedLog("org.dmarcmilter.milter", Level.DEBUG);
    private final RecordingFilter filter = new RecordingFilter();

    @AfterEach
    void stopCapturing() {
        log.close();
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # packets after the offer     | what the filter sees                            | why
            A Cmx~U                       | connect mx -                                    | ABORT before CONNECT
            Cmx~U Hmx~ A A M<a>~          | connect mx - /helo mx/mail <a>[]                | doubled ABORT
            M<a>~ E Hmx2~ A M<b>~         | mail <a>[]/end/helo mx2/mail <b>[]              | HELO, then ABORT: Postfix's second EHLO
            Hmx~ M<a>~ A M<b>~            | helo mx/mail <a>[]/abort/mail <b>[]             | RSET
            M<a>~ R<x>~ M<b>~             | mail <a>[]/rcpt <x>[]/abort/mail <b>[]          | MAIL aborts the open message
            M<a>~ E M<b>~ E A             | mail <a>[]/end/mail <b>[]/end                   | Sendmail: no ABORT after the end
            M<a>~ E A M<b>~ E A A         | mail <a>[]/end/mail <b>[]/end                   | Postfix: ABORT after each message
            M<a>~ R<x>~ Q                 | mail <a>[]/rcpt <x>[]/abort/close               | QUIT in mid-message
            Cmx~U M<a>~ K Cmx2~U M<b>~    | connect mx -/mail <a>[]/abort/close/open/connect mx2 -/mail <b>[] | QUIT_NC
            """)
    void abortForms(String packets, String events, String why) {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER " + packets);
            assertEquals("open/" + events.replace(" /", "/"), String.join("/", filter.take()), why);
            assertEquals(List.of(), log.above(Level.DEBUG));
        }
    }

    @ParameterizedTest(name = "EOF after {0}")
    @CsvSource(delimiter = '|', textBlock = """
            Cmx~U                  | open/connect mx -/close
            Cmx~U Hmx~             | open/connect mx -/helo mx/close
            M<a>~                  | open/mail <a>[]/abort/close
            M<a>~ R<b>~ T LX~v~ N  | open/mail <a>[]/rcpt <b>[]/header X:v/abort/close
            M<a>~ E                | open/mail <a>[]/end/close
            M<a>~ A                | open/mail <a>[]/abort/close
            """)
    void endOfStream(String packets, String events) {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER " + packets);
            peer.channel.close();
            assertEquals(events, String.join("/", filter.take()));
        }
    }

    @Test
    void endOfStreamBeforeNegotiationReachesNoSession() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.channel.close();
            assertEquals(List.of(), filter.take());
        }
    }

    @Test
    void secondMessageKnowsTheConnectionAndNothingOfTheFirst() {
        filter.watched = List.of("i", "tls_version", "mail_addr", "rcpt_addr", "j");
        filter.onEnd = macros -> CompletableFuture.completedFuture(List.of(HEADER, new Accept()));
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER DCj~mta~ Cmx~4~~192.0.2.1~ DH{tls_version}~TLSv1.3~ Hmx~");
            peer.send("DMi~Q1~{mail_addr}~a~ M<a>~ DR{rcpt_addr}~x~ R<x>~ DL LX~1~ DEi~Q1~ E A");
            assertEquals(
                    List.of(
                            "open",
                            "connect mx 192.0.2.1 j=mta",
                            "helo mx",
                            "mail <a>[] i=Q1 tls_version=TLSv1.3 mail_addr=a j=mta",
                            "rcpt <x>[]",
                            "header X:1",
                            "end i=Q1 tls_version=TLSv1.3 mail_addr=a rcpt_addr=x j=mta"),
                    filter.take());
            filter.onEnd = macros -> CompletableFuture.completedFuture(List.of(new Accept()));
            peer.replies();
            assertEquals(List.of("c", "a"), peer.send("M<b>~ E"), "no edit of the first message");
            assertEquals(
                    List.of("mail <b>[] tls_version=TLSv1.3 j=mta", "end tls_version=TLSv1.3 j=mta"), filter.take());
        }
    }

    @Test
    void verdictAtMailEndsTheMessageButNotTheConnection() {
        filter.onMail = new ReplyCode(550, "5.7.1", "no");
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "y550 5.7.1 no~"), peer.send("OFFER M<a>~"));
            assertEquals(List.of("c", "y550 5.7.1 no~"), peer.send("R<b>~ E"), "an MTA that goes on hears it again");
            filter.onMail = new Continue();
            assertEquals(List.of("c", "c"), peer.send("M<b>~ E"));
            assertEquals(List.of("open", "mail <a>[]", "abort", "mail <b>[]", "end"), filter.take());
        }
    }

    @Test
    void oneWriteForAllRepliesToOneRead() {
        filter.onEnd = macros -> CompletableFuture.completedFuture(List.of(HEADER, new Accept()));
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "c", "c", "c", "i~~~~X~y~", "a"), peer.send("OFFER Cmx~U M<a>~ LX~v~ E"));
            assertEquals(1, peer.writes());
        }
    }

    @Test
    void answersOnlyWhatIsAgreedToBeAnswered() {
        filter.wishes = new MilterFilter.Wishes(1, 0, 0x0ff080);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(
                    List.of("O", "c"),
                    peer.send("OFFER Cmx~U Hmx~ M<a>~ R<b>~ T U~ LX~v~ N Bx E"),
                    "the end of the message");
        }
    }

    @Test
    void oldMtasAreAnsweredEachTime() {
        filter.wishes = new MilterFilter.Wishes(1, 0, 0x0ff080);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send(Frames.offer(2, 0x3f, 0x7f));
            assertEquals(
                    List.of("O", "c", "c", "c", "c", "c", "c", "c", "c"),
                    peer.send("Cmx~U Hmx~ M<a>~ R<b>~ LX~v~ N Bx E"));
        }
    }

    @Test
    void verdictAtConnectThatCannotBeSaidIsSaidForEachMessage() {
        filter.wishes = new MilterFilter.Wishes(1, 0, Negotiation.NR_CONNECT);
        filter.onConnect = new Reject();
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "r", "r", "r"), peer.send("OFFER Cmx~U M<a>~ E M<b>~"));
            assertEquals(List.of("open", "connect mx -"), filter.take());
        }
        filter.wishes = new MilterFilter.Wishes(1, 0, Negotiation.NR_CONNECT | Negotiation.NR_MAIL);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "c", "r", "c", "r"), peer.send("OFFER Cmx~U M<a>~ LX~v~ E M<b>~ LX~v~ E"));
            assertEquals(List.of("close", "open", "connect mx -"), filter.take());
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # packets behind the negotiation | replies | what an MTA does that waits for no reply to MAIL
            M<a>~ R<b>~ E M<b>~ E            | t a     | a verdict of MAIL is said at the end, for that message only
            M<a>~ R<b>~ M<b>~ E              | a       | Sendmail's RSET, without ABORT
            M<a>~ R<b>~ A M<b>~ E            | a       | Postfix's RSET
            M<b>~ DLi~Q~ M<b>~ E             | a       | a message another filter refused
            M<a>~ M<a>~ M<b>~ E A M<a>~ E    | a t     | several
            """)
    void verdictAtMailThatCannotBeSaidIsSaidAtTheEnd(String packets, String replies, String why) {
        filter.wishes = new MilterFilter.Wishes(1, 0, Negotiation.NR_MAIL | Negotiation.NR_RCPT);
        filter.onEnd = macros -> CompletableFuture.completedFuture(List.of(new Accept()));
        filter.failsAt = "mail <a>";
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER");
            assertEquals(replies, String.join(" ", peer.send(packets)), why);
        }
    }

    // Pending decisions.

    private final CompletableFuture<List<MilterReply>> decision = new CompletableFuture<>();

    private EmbeddedPeer deciding() {
        filter.onEnd = macros -> decision;
        EmbeddedPeer peer = new EmbeddedPeer(filter);
        assertEquals(List.of("O", "c"), peer.send("OFFER DMi~Q1~ M<a>~ E"));
        return peer;
    }

    @Test
    void saysEveryFourSecondsThatItIsStillDeciding() {
        try (EmbeddedPeer peer = deciding()) {
            peer.advance(Duration.ofMillis(3_999));
            assertEquals(List.of(), peer.replies());
            peer.advance(Duration.ofMillis(1));
            assertEquals(List.of("p"), peer.replies());
            peer.advance(Duration.ofSeconds(4));
            assertEquals(List.of("p"), peer.replies());
            decision.complete(List.of(HEADER, new Accept()));
            assertEquals(List.of("i~~~~X~y~", "a"), peer.replies());
            peer.advance(Duration.ofSeconds(60));
            assertEquals(List.of(), peer.replies(), "none after the verdict");
        }
    }

    @Test
    void givesUpBeforeSendmailDoes() {
        try (EmbeddedPeer peer = deciding()) {
            for (int seconds = 4; seconds < 270; seconds += 4) {
                peer.advance(Duration.ofSeconds(4));
            }
            assertTrue(peer.replies().stream().allMatch("p"::equals));
            peer.advance(Duration.ofSeconds(4));
            assertEquals(List.of("t"), peer.replies());
            assertEquals(List.of("open", "mail <a>[]", "end", "abort"), filter.take());
            decision.complete(List.of(new Accept()));
            assertEquals(List.of(), peer.replies(), "too late");
            assertEquals(List.of("c"), peer.send("M<b>~"), "the connection goes on");
            assertTrue(
                    log.above(Level.DEBUG).get(0).startsWith("INFO Q1: milter connection 7"),
                    log.lines().toString());
        }
    }

    @Test
    void commandsWaitForTheVerdict() {
        try (EmbeddedPeer peer = deciding()) {
            assertEquals(List.of(), peer.send("M<b>~ LX~v~"));
            assertEquals(List.of("open", "mail <a>[]", "end"), filter.take());
            decision.complete(List.of(new Accept()));
            assertEquals(List.of("a", "c", "c"), peer.replies());
            assertEquals(List.of("mail <b>[]", "header X:v"), filter.take());
        }
    }

    @Test
    void answerFromAnotherThreadComesBackToTheLoop() throws InterruptedException {
        try (EmbeddedPeer peer = deciding()) {
            Thread other = new Thread(() -> decision.complete(List.of(new Accept())));
            other.start();
            other.join();
            peer.channel.runPendingTasks();
            assertEquals(List.of("a"), peer.replies());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "A M<b>~", "A Q"})
    void abortWhilePendingGetsOneQuickVerdict(String packets) {
        try (EmbeddedPeer peer = deciding()) {
            List<String> replies = peer.send(packets);
            assertEquals("t", replies.get(0));
            assertEquals(packets.contains("M") ? List.of("t", "c") : List.of("t"), replies);
            assertEquals(
                    List.of("open", "mail <a>[]", "end", "abort"), filter.take().subList(0, 4));
            decision.complete(List.of(new Accept()));
            assertEquals(List.of(), peer.replies());
        }
    }

    @Test
    void abortInTheSameReadAsTheEndIsSeen() {
        filter.onEnd = macros -> decision;
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "c", "t"), peer.send("OFFER M<a>~ E A"));
        }
    }

    @Test
    void endOfStreamWhilePendingCancelsTheWork() {
        try (EmbeddedPeer peer = deciding()) {
            peer.channel.close();
            assertEquals(List.of("open", "mail <a>[]", "end", "abort", "close"), filter.take());
            decision.complete(List.of(new Accept()));
            peer.advance(Duration.ofSeconds(10));
            assertEquals(List.of(), peer.replies(), "nothing is sent");
        }
    }

    @Test
    void endOfAnAbandonedMessageIsNotTakenForTheNext() {
        try (EmbeddedPeer peer = deciding()) {
            peer.send("A");
            CompletableFuture<List<MilterReply>> second = new CompletableFuture<>();
            filter.onEnd = macros -> second;
            assertEquals(List.of("c"), peer.send("M<b>~ E"));
            decision.complete(List.of(new Reject()));
            assertEquals(List.of(), peer.replies(), "the verdict on the first message");
            second.complete(List.of(new Accept()));
            assertEquals(List.of("a"), peer.replies());
        }
    }

    @Test
    void stopsReadingWhenTooMuchIsQueued() {
        try (EmbeddedPeer peer = deciding()) {
            byte[] chunk = new byte[64 * 1024];
            int chunks = 0;
            while (peer.channel.config().isAutoRead() && chunks < 100) {
                peer.send(chunk);
                chunks++;
            }
            assertEquals(ConnectionHandler.MAX_QUEUED / chunk.length, chunks);
            decision.complete(List.of(new Accept()));
            assertEquals(List.of("a"), peer.replies());
            assertFalse(peer.isOpen(), "length 0 is malformed");
        }
    }

    @Test
    void readsAgainWhenTheQueueIsWorkedOff() {
        try (EmbeddedPeer peer = deciding()) {
            StringBuilder headers = new StringBuilder("M<b>~");
            while (headers.length() < ConnectionHandler.MAX_QUEUED) {
                headers.append(" LX~").append("v".repeat(8000)).append("~");
            }
            peer.send(headers.toString());
            assertFalse(peer.channel.config().isAutoRead());
            decision.complete(List.of(new Accept()));
            assertTrue(peer.channel.config().isAutoRead());
            assertEquals(
                    3,
                    filter.take().stream()
                                    .filter(event -> !event.startsWith("header"))
                                    .count()
                            - 1);
        }
    }

    // What the session is told beside what it has to answer.

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            M<a>~ LA:~1~ N Bone Btwo E       | mail <a>[]/header A::1/end of headers/body one/body two/end/answered | a message
            M<a>~ LA:~1~ N Bone Elast        | mail <a>[]/header A::1/end of headers/body one/body last/end/answered | a last piece in the end itself
            M<a>~ N E                        | mail <a>[]/end of headers/end/answered | no body
            M<a>~ N Bone A M<b>~ E           | mail <a>[]/end of headers/body one/abort/mail <b>[]/end/answered | taken back within the body
            M<a>~ N Bone M<b>~ N Btwo E      | mail <a>[]/end of headers/body one/abort/mail <b>[]/end of headers/body two/end/answered | Sendmail takes it back by the next MAIL
            """)
    void sessionsThatReadBodiesGetThem(String packets, String calls, String why) {
        filter.readsBodies = true;
        filter.tellsOfAnswers = true;
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER");
            filter.take();
            peer.send(packets);
            assertEquals(calls, String.join("/", filter.take()), why);
            for (byte octet : Frames.frames(packets)) {
                peer.send(new byte[] {octet});
            }
            assertEquals(inOnePiece(calls), inOnePiece(String.join("/", filter.take())), why + ", octet by octet");
        }
    }

    /** Neighbouring pieces of a body as one: what has come is not waited with. */
    private static String inOnePiece(String calls) {
        return calls.replaceAll("(?<=/body [^/]{0,50})/body ", "");
    }

    @ParameterizedTest(name = "wished {0}, offered {1}")
    @CsvSource(delimiter = '|', textBlock = """
            true  | true  | open/mail <a>[]/header A:_1/header B:2/end                        | ^20y
            true  | false | open/without leading space/mail <a>[]/header A:_^201/header B:_2/end | y
            false | true  | open/mail <a>[]/header A:_^201/header B:_2/end                    | y
            false | false | open/mail <a>[]/header A:_^201/header B:_2/end                    | y
            """)
    void keepsTheLeadingSpaceApartWhereItIsWishedAndOffered(
            boolean wished, boolean offered, String seen, String inserted) {
        filter.wishes = new MilterFilter.Wishes(Negotiation.ADD_HEADERS, 0, 0, wished);
        filter.tellsSpace = true;
        filter.onEnd = macros -> CompletableFuture.completedFuture(List.of(HEADER, new Accept()));
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send(Frames.offer(6, 0x1ff, offered ? 0x1fffff : 0x0fffff));
            peer.replies();
            assertEquals(
                    List.of("c", "c", "c", "i~~~~X~" + inserted.replace("^20", " ") + "~", "a"),
                    peer.send("M<a>~ LA~^201~ LB~2~ E"));
            assertEquals(seen.replace("^20", " "), String.join("/", filter.take()));
        }
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
            # agreed: actions, skip, no reply | then wished: actions, skip, no reply | open | why
            1  10 0  | 1  10 0  | true  | the same
            1  10 0  | 1  1f 80 | true  | less
            1  10 0  | 1  0  0  | false | bodies, which the MTA will not send
            1  10 80 | 1  10 0  | false | to answer header fields, for which the MTA will not wait
            1  0  0  | 11 0  0  | false | to delete fields, which was not agreed
            11 0  0  | 1  0  0  | true  | one edit less
            """)
    void aConfigurationThatNeedsMoreNegotiatesAnew(String agreed, String wished, boolean open, String why) {
        filter.wishes = wishes(agreed);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER Cmx~U M<a>~ E");
            filter.wishes = wishes(wished);
            peer.send("K");
            assertEquals(open, peer.isOpen(), why);
        }
    }

    private static MilterFilter.Wishes wishes(String hex) {
        String[] words = hex.split(" +");
        return new MilterFilter.Wishes(
                Integer.parseInt(words[0], 16), Integer.parseInt(words[1], 16), Integer.parseInt(words[2], 16));
    }

    @Test
    void whoComesOnTheSameSocketHearsOfTheMissingSpaceToo() {
        filter.wishes = new MilterFilter.Wishes(Negotiation.ADD_HEADERS, 0, 0, true);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send(Frames.offer(6, 0x1ff, 0x0fffff));
            peer.send("Cmx~U K Cmx2~U");
            assertEquals(
                    List.of(
                            "open",
                            "without leading space",
                            "connect mx -",
                            "close",
                            "open",
                            "without leading space",
                            "connect mx2 -"),
                    filter.take());
        }
    }

    @Test
    void aSessionHearsOfItsVerdictOrOfTheEndOfItsMessageNeverOfBoth() {
        filter.tellsOfAnswers = true;
        CompletableFuture<List<MilterReply>> decision = new CompletableFuture<>();
        filter.onEnd = macros -> decision;
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER M<a>~ E");
            filter.take();
            assertEquals(List.of("t"), peer.send("A"), "the fail-safe verdict");
            assertEquals(List.of("abort"), filter.take());
            decision.complete(List.of(new Accept()));
            peer.channel.runPendingTasks();
            assertEquals(List.of(), filter.take(), "nobody waits for it any more");
            filter.onEnd = macros -> CompletableFuture.failedFuture(new IllegalStateException("wanted by the test"));
            assertEquals(List.of("c", "t"), peer.send("M<b>~ E"));
            assertEquals(List.of("mail <b>[]", "end", "abort"), filter.take(), "another verdict was sent than its own");
        }
    }

    // A filter that fails.

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # fails at | replies to OFFER C H M R L E, then M E       | no reply to C H L | why
            open       | O c c t c c t / t t                           | O c c t c c t / t t | no session, no wishes: each message
            connect    | O t c c c c c / c c                           | O t c t / t t     | the connection
            helo       | O c t c c c c / c c                           | O t c t / t t     | the connection
            mail       | O c c t c c t / t t                           | O t c t / t t     | the message
            rcpt       | O c c c t c t / c c                           | O c t t / c c     | the message
            header     | O c c c c t t / c c                           | O c c t / c c     | the message
            end        | O c c c c c t / c t                           | O c c t / c t     | the message
            """)
    void failureBecomesTheFailSafeVerdict(String failsAt, String replies, String withoutReplies, String why) {
        for (boolean noReply : new boolean[] {false, true}) {
            filter.failsAt = failsAt;
            filter.wishes = new MilterFilter.Wishes(1, 0, noReply ? 0x3080 : 0);
            try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
                String first = String.join(" ", peer.send("OFFER Cmx~U Hmx~ M<a>~ R<b>~ LX~v~ E"));
                String second = String.join(" ", peer.send("M<b>~ E"));
                assertEquals(noReply ? withoutReplies : replies, first + " / " + second, why);
                assertTrue(peer.isOpen(), "never a closed socket");
                assertTrue(peer.counters.failures.sum() > 0);
            }
        }
    }

    /** Nothing waits for an answer to it, and the next message is judged as if nothing had been. */
    @Test
    void failureAtAnAbortIsNoVerdict() {
        filter.failsAt = "abort";
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "c"), peer.send("OFFER M<a>~ A"));
            assertEquals(
                    List.of("ERROR milter connection 7 from unix socket: the filter failed at abort"),
                    log.above(Level.DEBUG));
            assertTrue(peer.isOpen(), "never a closed socket");
            assertEquals(List.of("c", "c"), peer.send("M<b>~ E"));
            assertEquals(List.of("open", "mail <a>[]", "abort", "mail <b>[]", "end"), filter.take());
        }
    }

    @Test
    void failureIsLoggedOnceWithTheQueueId() {
        filter.failsAt = "end";
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "c", "t"), peer.send("OFFER DMi~Q1^0a~ M<a>~ E"));
            assertEquals(
                    List.of("ERROR Q1\\x0a: milter connection 7 from unix socket: the filter failed at the end of the"
                            + " message; answered TemporaryFailure[]"),
                    log.above(Level.DEBUG));
        }
    }

    @Test
    void failedStageBecomesTheFailSafeVerdict() {
        try (EmbeddedPeer peer = deciding()) {
            decision.completeExceptionally(new IllegalStateException("wanted by the test"));
            assertEquals(List.of("t"), peer.replies());
            assertEquals(List.of("c"), peer.send("M<b>~"));
        }
    }

    @Test
    void overflowingStackBecomesTheFailSafeVerdict() {
        filter.onEnd = macros -> {
            throw new StackOverflowError();
        };
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "c", "t"), peer.send("OFFER M<a>~ E"));
        }
    }

    @Test
    void answersThatAreNotEditsAndOneVerdictBecomeTheFailSafeVerdict() {
        filter.wishes = new MilterFilter.Wishes(Negotiation.ADD_HEADERS, 0, 0);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER");
            peer.replies();
            for (List<MilterReply> wrong : List.<List<MilterReply>>of(
                    List.of(),
                    List.of(HEADER),
                    List.of(new Accept(), new Accept()),
                    List.of(new Accept(), HEADER),
                    List.of(new Progress()),
                    List.of(new Quarantine("not agreed"), new Accept()),
                    List.of(new AddRecipient("not@agreed"), new Accept()))) {
                filter.onEnd = macros -> CompletableFuture.completedFuture(wrong);
                assertEquals(List.of("c", "t"), peer.send("M<a>~ E"), wrong.toString());
            }
            filter.onEnd = macros -> CompletableFuture.completedFuture(null);
            assertEquals(List.of("c", "t"), peer.send("M<a>~ E"), "null");
            filter.onMail = HEADER;
            assertEquals(List.of("t"), peer.send("M<a>~"), "an edit at MAIL");
        }
    }

    // Limits and draining.

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            1000 | 2 | header A:1/header B:22/truncated/end | count
            6    | 9 | header A:1/header B:22/truncated/end | octets of names and values
            5    | 9 | header A:1/header B:22/truncated/end | the limit itself is allowed
            4    | 9 | header A:1/truncated/end             | and not one octet more
            """)
    void headersOverTheLimitDoNotReachTheSession(int octets, int count, String events, String why) {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter, Limits.DEFAULTS.with(1, octets, count, 10_000))) {
            for (int message = 0; message < 2; message++) {
                peer.send((message == 0 ? "OFFER " : "") + "M<a>~ LA~1~ LB~22~ LC~3~ LD~4~");
                peer.send("E");
                List<String> seen = filter.take();
                assertEquals(events, String.join("/", seen.subList(seen.indexOf("mail <a>[]") + 1, seen.size())), why);
            }
        }
    }

    /** Room for two fields of two octets beside the ordinary ones, of which there are none. */
    private static final SharedMemory TWO_FIELDS =
            new SharedMemory(SharedMemory.Use.HEADER_FIELDS, 0, 2 * (OpenMessage.FIELD_OVERHEAD + 2));

    @Test
    void theLargestMessageMakesRoomForOthers() {
        try (EmbeddedPeer first = new EmbeddedPeer(filter, Limits.DEFAULTS, TWO_FIELDS);
                EmbeddedPeer second = new EmbeddedPeer(filter, Limits.DEFAULTS, TWO_FIELDS)) {
            first.send("OFFER M<a>~ LA~1~ LB~2~");
            second.send("OFFER");
            filter.take();
            assertEquals(List.of("c", "c"), second.send("M<b>~ LA~1~"), "the newcomer gets its share");
            assertEquals(List.of("mail <b>[]", "abort", "header A:1"), filter.take());
            assertEquals(List.of("c", "t"), first.send("LC~3~ E"), "and the other one's verdict waits for its end");
            assertEquals(List.of(), filter.take());
            assertEquals(1, first.counters.putOff.sum());
            assertEquals(List.of("c"), second.send("E"));
            assertEquals(List.of("c", "c", "c"), first.send("M<a>~ LA~1~ E"), "and now there is room");
        }
        assertEquals(0, TWO_FIELDS.taken());
    }

    @Test
    void aMessageThatFindsNoMemoryIsAnsweredAtOnce() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter, Limits.DEFAULTS, TWO_FIELDS)) {
            assertEquals(
                    List.of("c", "c", "c", "t"),
                    peer.send("OFFER M<a>~ LA~1~ LB~2~ LC~3~").stream().skip(1).toList());
            assertEquals(0, TWO_FIELDS.taken());
            assertEquals(List.of("t"), peer.send("E"));
            assertEquals("abort", filter.take().get(4));
        }
    }

    @Test
    void aMessageThatWaitsForItsVerdictMakesRoomToo() {
        try (EmbeddedPeer waiting = new EmbeddedPeer(filter, Limits.DEFAULTS, TWO_FIELDS);
                EmbeddedPeer other = new EmbeddedPeer(filter, Limits.DEFAULTS, TWO_FIELDS)) {
            filter.onEnd = macros -> decision;
            waiting.send("OFFER M<a>~ LA~1~ LB~2~ E");
            other.send("OFFER M<b>~ LA~1~");
            waiting.advance(Duration.ZERO);
            assertEquals(List.of("t"), waiting.replies(), "without waiting for the decision");
            decision.complete(List.of(new Accept()));
            assertEquals(List.of(), waiting.replies());
            assertEquals(List.of("c", "c"), waiting.send("M<c>~ LA~1~"), "the connection goes on");
        }
    }

    @Test
    void whatTheSessionHoldsBesideCountsToo() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter, Limits.DEFAULTS, TWO_FIELDS)) {
            filter.onEnd = macros -> decision;
            peer.send("OFFER M<a>~ LA~1~ E");
            assertTrue(filter.memory.test(OpenMessage.FIELD_OVERHEAD));
            peer.advance(Duration.ZERO);
            assertEquals(
                    List.of(), filter.take().stream().filter("abort"::equals).toList());
            assertFalse(filter.memory.test(OpenMessage.FIELD_OVERHEAD));
            peer.replies();
            peer.advance(Duration.ZERO);
            assertEquals(List.of("t"), peer.replies());
            assertEquals(List.of("abort"), filter.take());
            assertEquals(0, TWO_FIELDS.taken());
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # first client    | second client     | same | why
            4~~192.0.2.1      | 4~~192.0.2.1      | yes  | one address
            4~~192.0.2.1      | 4~~192.0.2.2      | no   | two addresses
            6~~2001:db8::1    | 6~~2001:db8::2     | yes  | one network of IPv6
            6~~2001:db8:0:1::1 | 6~~2001:db8:0:2::1  | no   | two networks
            U                 | U                 | no   | no address: each connection for itself
            """)
    void messagesShareMemoryByClient(String first, String second, String same, String why) {
        SharedMemory memory = new SharedMemory(SharedMemory.Use.HEADER_FIELDS, 0, 6 * (OpenMessage.FIELD_OVERHEAD + 2));
        try (EmbeddedPeer a = new EmbeddedPeer(filter, Limits.DEFAULTS, memory);
                EmbeddedPeer b = new EmbeddedPeer(filter, Limits.DEFAULTS, memory);
                EmbeddedPeer third = new EmbeddedPeer(filter, Limits.DEFAULTS, memory)) {
            a.send("OFFER Cmx~" + first + "~ M<a>~ LA~1~ LB~2~");
            b.send("OFFER Cmx~" + second + "~ M<b>~ LA~1~ LB~2~");
            third.send("OFFER Cmx~4~~192.0.2.9~ M<c>~ LA~1~ LB~2~");
            // Three of six fields are the share of one in two clients, and more than that of one in three.
            assertEquals(List.of(same.equals("yes") ? "c" : "t"), third.send("LC~3~"), why);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"NOTHING, 0, 0", "NAME, 8, 1", "WHOLE, 130, 1"})
    void whatTheSessionDoesNotKeepCostsNothing(MilterFilter.Part kept, int octets, int seen) {
        SharedMemory memory = new SharedMemory(SharedMemory.Use.HEADER_FIELDS, 0, 1 << 20);
        filter.keeps = kept;
        try (EmbeddedPeer peer = new EmbeddedPeer(filter, Limits.DEFAULTS, memory)) {
            peer.send("OFFER M<a>~");
            filter.take();
            assertEquals(List.of("c"), peer.send("LA~1~"));
            assertEquals(octets, memory.taken());
            String value = kept == MilterFilter.Part.WHOLE ? "1" : "";
            assertEquals(seen == 0 ? List.of() : List.of("header A:" + value), filter.take());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "E", "M<b>~", "Q", "K"})
    void eachEndOfAMessageGivesItsMemoryBack(String end) {
        SharedMemory shared = new SharedMemory(SharedMemory.Use.HEADER_FIELDS, 0, 1 << 20);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter, Limits.DEFAULTS, shared)) {
            peer.send("OFFER M<a>~ LA~1~");
            assertEquals(128 + 2, shared.taken());
            peer.send(end);
            assertEquals(0, shared.taken());
        }
    }

    @Test
    void drainClosesAnIdleConnection() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER Cmx~U Hmx~ M<a>~ E");
            peer.drain();
            assertFalse(peer.isOpen());
        }
    }

    @Test
    void drainLetsAnOpenMessageHaveItsVerdict() {
        try (EmbeddedPeer peer = deciding()) {
            peer.drain();
            assertTrue(peer.isOpen());
            decision.complete(List.of(HEADER, new Accept()));
            assertEquals(List.of("i~~~~X~y~", "a"), peer.replies());
            assertFalse(peer.isOpen());
        }
    }

    @Test
    void drainEndsWithAnAbortedMessage() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER M<a>~ LX~v~");
            peer.drain();
            peer.send("LY~v~");
            assertTrue(peer.isOpen());
            peer.send("A");
            assertFalse(peer.isOpen());
            assertEquals(List.of("open", "mail <a>[]", "header X:v", "header Y:v", "abort", "close"), filter.take());
        }
    }
}
