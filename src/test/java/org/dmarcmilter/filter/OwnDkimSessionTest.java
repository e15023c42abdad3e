package org.dmarcmilter.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.dmarcmilter.authres.ArcFields;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.endtoend.DkimKey;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.milter.MilterCommand;
import org.dmarcmilter.milter.MilterFilter;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.Negotiation;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.DataFile;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.ManualLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection on which we verify DKIM ourselves (DKIMSelfValidate): what is asked of the MTA, and what bodies come to. */
class OwnDkimSessionTest {
    private static final DkimKey KEY = DkimKey.of("reject.example");
    private static final String MESSAGE = """
            From: a@reject.example
            To: u@local.test
            Subject:news
             folded

            Nothing new,
            as ever.
            """.replace("\n", "\r\n");

    private final CapturedLog log = new CapturedLog(DmarcSession.class.getName(), Level.INFO);
    private final ManualLoop loop = new ManualLoop();
    private final List<JudgedMessage> recorded = new ArrayList<>();
    private final MailSystem system =
            MailSystem.with("DKIMSelfValidate yes;RejectFailures yes").txt(KEY.name(), KEY.value());
    private final List<Long> memory = new ArrayList<>();

    @AfterEach
    void leaveTheLog() {
        log.close();
    }

    private MilterFilter.BodyReader open() {
        MilterFilter.Session session = new DmarcFilter(system::rules, recorded::add).open(1, loop);
        session.connect(
                new MilterCommand.Connect(
                        "client.example", Optional.of(IpAddress.of("192.0.2.99")), OptionalInt.of(40_000)),
                name -> Optional.empty());
        return (MilterFilter.BodyReader) session;
    }

    private void mail(MilterFilter.Session session) {
        session.mail(new MilterCommand.Mail("<u@elsewhere.example>", ""), name -> Optional.empty(), octets -> {
            memory.add(octets);
            return true;
        });
    }

    /** As an MTA shows it: the name, the space or none, the value with folds of LF. */
    private static void header(MilterFilter.Session session, String message) {
        String section = message.substring(0, message.indexOf("\r\n\r\n")).replace("\r\n", "\n");
        for (String field : section.split("\n(?![ \t])")) {
            int colon = field.indexOf(':');
            String name = field.substring(0, colon);
            boolean spaced = field.startsWith(" ", colon + 1);
            String value = field.substring(spaced ? colon + 2 : colon + 1);
            assertEquals(MilterFilter.Part.WHOLE, session.keeps(name, value), "a signature may be about any field");
            session.header(new MilterCommand.Header(
                    name, spaced ? " " : "", value, MilterFilter.Part.WHOLE, name.length() + value.length()));
        }
    }

    private static void body(MilterFilter.BodyReader session, String message, int size) {
        byte[] body = message.substring(message.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < body.length; from += size) {
            session.body(ByteBuffer.wrap(body, from, Math.min(size, body.length - from))
                    .slice()
                    .asReadOnlyBuffer());
        }
    }

    private static CompletableFuture<List<MilterReply>> ending(MilterFilter.Session session) {
        return session.endOfMessage(name -> Optional.ofNullable(
                        Map.of("i", "Q1", "j", "mx.example.net").get(name)))
                .toCompletableFuture();
    }

    private List<MilterReply> judged(MilterFilter.BodyReader session, String message) {
        mail(session);
        header(session, message);
        session.endOfHeaders();
        body(session, message, 7);
        List<MilterReply> replies = ending(session).join();
        session.answered();
        return replies;
    }

    private static List<String> inserted(List<MilterReply> replies) {
        return replies.stream()
                .filter(MilterReply.InsertHeader.class::isInstance)
                .map(MilterReply.InsertHeader.class::cast)
                .map(MilterReply.InsertHeader::value)
                .map(value -> value.replaceAll(" header\\.b=\\S+", ""))
                .toList();
    }

    private static final List<String> PASSED = List.of(
            "mx.example.net; dkim=pass header.d=reject.example header.i=@reject.example header.s=test"
                    + " header.a=rsa-sha256",
            "mx.example.net; dmarc=pass (p=reject dis=none) header.from=reject.example policy.dmarc=reject");

    private static final MilterReply REFUSED =
            new MilterReply.ReplyCode(550, "5.7.1", "rejected by DMARC policy for reject.example");

    @Test
    void asksForBodiesAndForTheLeadingSpaceOnlyIfItVerifies() {
        MilterFilter.Wishes wishes = open().wishes();
        assertEquals(Negotiation.ADD_HEADERS | Negotiation.QUARANTINE | Negotiation.CHANGE_HEADERS, wishes.actions());
        assertEquals(Negotiation.NO_RCPT | Negotiation.NO_DATA | Negotiation.NO_UNKNOWN, wishes.skipSteps());
        assertEquals(
                Negotiation.NR_BODY | Negotiation.NR_EOH,
                wishes.noReply() & (Negotiation.NR_BODY | Negotiation.NR_EOH));
        assertTrue(wishes.leadingSpace());
        MilterFilter.Wishes without = new DmarcFilter(MailSystem.with("")::rules, recorded::add)
                .open(1, loop)
                .wishes();
        assertEquals(
                new MilterFilter.Wishes(
                        Negotiation.ADD_HEADERS | Negotiation.QUARANTINE,
                        wishes.skipSteps() | Negotiation.NO_BODY | Negotiation.NO_EOH,
                        wishes.noReply() & ~Negotiation.NR_BODY,
                        false),
                without);
    }

    @ParameterizedTest(name = "pieces of {0}")
    @ValueSource(ints = {1, 2, 7, 65_535})
    void verifiesABodyThatComesInPieces(int size) {
        MilterFilter.BodyReader session = open();
        String signed = KEY.sign(MESSAGE);
        mail(session);
        header(session, signed);
        session.endOfHeaders();
        body(session, signed, size);
        assertEquals(PASSED, inserted(ending(session).join()));
    }

    @Test
    void aSecondMessageOnTheConnectionIsVerifiedByItself() {
        MilterFilter.BodyReader session = open();
        assertEquals(PASSED, inserted(judged(session, KEY.sign(MESSAGE))));
        assertEquals(List.of(REFUSED), judged(session, MESSAGE));
        assertEquals(List.of(REFUSED), judged(session, KEY.sign(MESSAGE).replace("as ever", "never again")));
        assertEquals(PASSED, inserted(judged(session, KEY.sign(MESSAGE.replace("as ever", "again")))));
        assertEquals(4, recorded.size());
    }

    @ParameterizedTest(name = "after {0}")
    @ValueSource(strings = {"MAIL", "a field", "the header", "half the body", "the body"})
    void forgetsWhatIsTakenBack(String step) {
        MilterFilter.BodyReader session = open();
        String signed = KEY.sign(MESSAGE);
        List<String> steps = List.of("MAIL", "a field", "the header", "half the body", "the body");
        mail(session);
        if (steps.indexOf(step) >= 1) {
            header(session, step.equals("a field") ? "Subject: old\r\n\r\n" : signed);
        }
        if (steps.indexOf(step) >= 2) {
            session.endOfHeaders();
        }
        if (steps.indexOf(step) >= 3) {
            body(session, step.equals("the body") ? signed : "\r\n\r\nNothing", 3);
        }
        session.abort();
        assertEquals(List.of(REFUSED), judged(session, MESSAGE), "nothing is left of the signature");
        assertEquals(PASSED, inserted(judged(session, signed)), "nor of the body");
    }

    @Test
    void removesForgedFieldsFromTheLastToTheFirstBeforeItInserts() {
        String forged = "Authentication-Results: mx.example.net; dkim=pass header.d=reject.example\r\n"
                + "Authentication-Results: mx.example.net; spf=none\r\n"
                + "Authentication-Results: mx.example.net; dmarc=pass\r\n";
        List<MilterReply> replies = judged(open(), forged + KEY.sign(MESSAGE));
        assertEquals(
                List.of(
                        new MilterReply.DeleteHeader(3, "Authentication-Results"),
                        new MilterReply.DeleteHeader(1, "Authentication-Results")),
                replies.subList(0, 2));
        assertEquals(PASSED, inserted(replies));
        assertEquals(List.of(REFUSED), judged(open(), forged + MESSAGE));
    }

    @Test
    void aMessageWithoutSignatureAsksAndHoldsNothing() {
        judged(open(), MESSAGE.replace("reject.example", "none.example"));
        assertEquals(List.of("_dmarc.none.example"), system.asked());
        assertFalse(memory.contains(10L * 1024));
        memory.clear();
        judged(open(), KEY.sign(MESSAGE));
        assertTrue(memory.contains(10L * 1024), "hashing takes memory of the message's share");
    }

    @Test
    void verifiesAlsoWhereTheMtaSaysNothingBetweenHeaderAndEnd() {
        MilterFilter.BodyReader session = open();
        String signed = KEY.sign(MESSAGE.substring(0, MESSAGE.indexOf("\r\n\r\n") + 4));
        mail(session);
        header(session, signed);
        assertEquals(PASSED, inserted(ending(session).join()), "an empty body");
    }

    @Test
    void waitsForTheKeyWithinMaxEvaluationTime() {
        CompletableFuture<DnsAnswer> key = system.pending(KEY.name());
        MilterFilter.BodyReader session = open();
        String signed = KEY.sign(MESSAGE);
        mail(session);
        header(session, signed);
        session.endOfHeaders();
        body(session, signed, 100);
        CompletableFuture<List<MilterReply>> answer = ending(session);
        assertFalse(answer.isDone());
        key.complete(new DnsAnswer.Found(List.of(KEY.value())));
        loop.runAll();
        assertEquals(PASSED, inserted(answer.join()));
    }

    @Test
    void aKeyThatDoesNotComeIsAnOpenQuestion() {
        system.pending(KEY.name());
        MilterFilter.BodyReader session = open();
        mail(session);
        header(session, KEY.sign(MESSAGE));
        session.endOfHeaders();
        CompletableFuture<List<MilterReply>> answer = ending(session);
        loop.advance(Duration.ofSeconds(30));
        assertEquals(
                List.of(new MilterReply.ReplyCode(
                        451, "4.7.1", "DMARC check of reject.example could not be completed, please try again later")),
                answer.join());
    }

    @ParameterizedTest(name = "ours: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            true  | OnTemporaryError accept | 451 4.7.1 DMARC check of reject.example could not be completed within the limits of this server, please try again later
            false | OnTemporaryError accept | -
            """)
    void aLimitOfOursFailsClosed(boolean ours, String options, String refusal) {
        MailSystem limited = MailSystem.with("DKIMSelfValidate yes;RejectFailures yes;" + options)
                .answer(DnsQuestion.txt(KEY.name()), new DnsAnswer.Unavailable("busy", ours));
        MilterFilter.BodyReader session =
                (MilterFilter.BodyReader) new DmarcFilter(limited::rules, recorded::add).open(1, loop);
        MilterReply verdict = judged(session, KEY.sign(MESSAGE)).stream()
                .filter(reply -> !(reply instanceof MilterReply.InsertHeader))
                .findFirst()
                .orElseThrow();
        assertEquals(
                refusal,
                verdict instanceof MilterReply.ReplyCode reply
                        ? reply.code() + " " + reply.enhancedCode() + " " + reply.text()
                        : "-");
    }

    @Test
    void whatHasTooManyFieldsIsNotVerified() {
        MilterFilter.BodyReader session = open();
        mail(session);
        header(session, KEY.sign(MESSAGE));
        session.headersTruncated();
        session.endOfHeaders();
        body(session, MESSAGE, 10);
        assertEquals(
                List.of(new MilterReply.ReplyCode(550, "5.3.4", "header section too large to be checked")),
                ending(session).join());
        assertEquals(List.of("_dmarc.reject.example"), system.asked(), "no key");
    }

    private static final JsonNode THREE_SETS = StreamSupport.stream(
                    DataFile.json("/arc/chains.json").path("cases").spliterator(), false)
            .filter(one -> one.path("id").asText().equals("arc-pass-3"))
            .findFirst()
            .orElseThrow();

    /** A message of example.com with p=reject and no signature of its own, sealed by three forwarders. */
    private List<MilterReply> forwarded(String options, List<String> asked) {
        MailSystem system = MailSystem.with("DKIMSelfValidate yes;RejectFailures yes;" + options)
                .txt("_dmarc.example.com", "v=DMARC1; p=reject");
        THREE_SETS
                .path("dns")
                .properties()
                .forEach(name -> system.txt(
                        name.getKey(), name.getValue().path("TXT").path(0).asText()));
        String message = new String(
                Base64.getDecoder().decode(THREE_SETS.path("message").asText()), StandardCharsets.ISO_8859_1);
        MilterFilter.BodyReader session =
                (MilterFilter.BodyReader) new DmarcFilter(system::rules, recorded::add).open(1, loop);
        List<MilterReply> replies = judged(session, message);
        asked.addAll(system.asked());
        return replies;
    }

    @Test
    void aChainThatOnlyListedSealersHaveSealedOverrides() {
        List<String> asked = new ArrayList<>();
        List<MilterReply> replies =
                forwarded("DomainWhitelist mx.example.com, Forward.Example.net, lists.example.org", asked);
        assertEquals(
                List.of(
                        "mx.example.net; dkim=none; arc=pass"
                                + " arc.chain=\"mx.example.com:forward.example.net:lists.example.org\"",
                        "mx.example.net; dmarc=fail (p=reject dis=none) header.from=example.com policy.dmarc=reject"),
                inserted(replies));
        assertEquals(
                "[TRUSTED_FORWARDER]",
                recorded.get(0)
                        .judgement()
                        .evaluation()
                        .orElseThrow()
                        .overrides()
                        .toString());
        assertEquals(
                "arc=pass as[3].d=mx.example.com as[3].s=m1 as[2].d=forward.example.net as[2].s=f1"
                        + " as[1].d=lists.example.org as[1].s=l1",
                recorded.get(0).judgement().evaluation().orElseThrow().arc().sets().stream()
                        .sorted(Comparator.comparingInt(ArcFields.ArcSet::instance)
                                .reversed())
                        .map(set -> " as[" + set.instance() + "].d=" + set.sealer() + " as[" + set.instance() + "].s="
                                + set.selector())
                        .reduce("arc=pass", String::concat),
                "for reports");
        assertEquals(4, asked.size(), asked::toString);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            DomainWhitelist mx.example.com, lists.example.org | a stranger's chain costs nothing
            SPFSelfValidate no                                | nobody is listed
            """)
    void aChainOfAStrangerOverridesNothingAndIsNotLookedAt(String options, String why) {
        List<String> asked = new ArrayList<>();
        assertEquals(
                List.of(new MilterReply.ReplyCode(550, "5.7.1", "rejected by DMARC policy for example.com")),
                forwarded(options, asked),
                why);
        assertEquals(List.of("_dmarc.example.com"), asked, why);
    }

    @Test
    void saysOnceThatTheMtaDoesNotTellSpaces() {
        DmarcFilter filter = new DmarcFilter(system::rules, recorded::add);
        filter.open(1, loop).withoutLeadingSpace();
        filter.open(2, loop).withoutLeadingSpace();
        assertEquals(
                List.of("WARN the MTA does not tell what stands between the colon and the value of a header field: some"
                        + " DKIM signatures with simple canonicalization will fail (Postfix: milter_protocol = 6)"),
                log.lines());
    }
}
