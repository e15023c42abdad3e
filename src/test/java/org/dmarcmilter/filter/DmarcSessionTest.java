package org.dmarcmilter.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.milter.Macros;
import org.dmarcmilter.milter.MilterCommand;
import org.dmarcmilter.milter.MilterFilter;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.Negotiation;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.ManualLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DmarcSessionTest {
    private static final MilterReply CONTINUE = new MilterReply.Continue();
    private static final MilterReply ACCEPT = new MilterReply.Accept();

    private final CapturedLog log = new CapturedLog(DmarcSession.class.getName(), Level.INFO);
    private final ManualLoop loop = new ManualLoop();
    private final List<JudgedMessage> recorded = new ArrayList<>();
    private final Map<String, String> macros = new HashMap<>(Map.of("i", "Q1", "j", "mx.example.net"));

    @AfterEach
    void leaveTheLog() {
        log.close();
    }

    private MilterFilter.Session open(MailSystem system) {
        return open(system, loop);
    }

    private MilterFilter.Session open(MailSystem system, ScheduledExecutorService loop) {
        return new DmarcFilter(system::rules, recorded::add).open(1, loop);
    }

    private Macros macros() {
        return name -> Optional.ofNullable(macros.get(name));
    }

    private MilterReply connect(MilterFilter.Session session, String host, String address) {
        return session.connect(
                new MilterCommand.Connect(
                        host,
                        IpAddress.parse(address),
                        address.isEmpty() ? OptionalInt.empty() : OptionalInt.of(40_000)),
                macros());
    }

    private MilterReply mail(MilterFilter.Session session, String sender) {
        return session.mail(new MilterCommand.Mail(sender, ""), macros(), octets -> true);
    }

    private static void fields(MilterFilter.Session session, String... fields) {
        for (String field : fields) {
            int colon = field.indexOf(':');
            String name = field.substring(0, colon);
            String value = field.substring(colon + 1).strip();
            MilterFilter.Part kept = session.keeps(name, value);
            if (kept != MilterFilter.Part.NOTHING) {
                session.header(new MilterCommand.Header(
                        name, " ", kept == MilterFilter.Part.WHOLE ? value : "", kept, name.length() + value.length()));
            }
        }
    }

    private List<MilterReply> end(MilterFilter.Session session) {
        CompletableFuture<List<MilterReply>> replies =
                session.endOfMessage(macros()).toCompletableFuture();
        assertTrue(replies.isDone());
        session.answered();
        return replies.join();
    }

    private List<String> log() {
        return log.lines();
    }

    private static String field(List<MilterReply> replies) {
        return replies.get(0) instanceof MilterReply.InsertHeader insert ? insert.value() : replies.toString();
    }

    @Test
    void judgesAMessage() {
        MilterFilter.Session session = open(MailSystem.with("RejectFailures yes"));
        assertEquals(CONTINUE, connect(session, "client.example", "192.0.2.10"));
        session.helo("client.example");
        assertEquals(CONTINUE, mail(session, "<user@sender.example>"));
        fields(session, "From: a@reject.example", "Subject: x");
        assertEquals(
                List.of(new MilterReply.ReplyCode(550, "5.7.1", "rejected by DMARC policy for reject.example")),
                end(session));
        assertEquals(List.of("INFO Q1: reject.example fail"), log());
        MessageFacts facts = recorded.get(0).facts();
        assertEquals("Q1", facts.queueId());
        assertEquals("mx.example.net", facts.mtaName());
        assertEquals(
                new MessageFacts.Client(
                        "client.example",
                        Optional.of(IpAddress.of("192.0.2.10")),
                        OptionalInt.of(40_000),
                        "client.example"),
                facts.client());
        assertEquals("user@sender.example", facts.sender().address());
    }

    @Test
    void macrosThatTheMtaDoesNotSendHaveDefaults() {
        macros.clear();
        MilterFilter.Session session = open(MailSystem.withoutAuthservId(""));
        mail(session, "<user@sender.example>");
        fields(session, "From: a@none.example");
        assertEquals(
                MailSystem.HOST + "; dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none",
                field(end(session)));
        assertEquals(
                List.of(
                        "WARN WARNING: symbol 'i' not available: have the MTA send that macro"
                                + " (Postfix: milter_end_of_data_macros; Sendmail: Milter.macros.eom)",
                        "INFO (unknown-jobid): none.example fail"),
                log());
        mail(session, "<user@sender.example>");
        fields(session, "From: a@none.example");
        end(session);
        assertEquals("INFO (unknown-jobid): none.example fail", log().get(2), "said once");
    }

    @Test
    void emptyMacrosAreAsGoodAsNone() {
        macros.putAll(Map.of("i", "", "j", ""));
        MilterFilter.Session session = open(MailSystem.withoutAuthservId(""));
        mail(session, "<user@sender.example>");
        fields(session, "From: a@none.example");
        assertTrue(field(end(session)).startsWith(MailSystem.HOST + "; "));
        assertEquals("INFO (unknown-jobid): none.example fail", log().get(1));
    }

    @Test
    void theQueueIdMayComeLate() {
        macros.remove("i");
        MilterFilter.Session session = open(MailSystem.with(""));
        mail(session, "<user@sender.example>");
        fields(session, "From: a@none.example");
        macros.put("i", "LATE");
        end(session);
        assertEquals(List.of("INFO LATE: none.example fail"), log());
    }

    @ParameterizedTest(name = "{0}, auth_authen {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        IgnoreAuthenticatedClients yes | user   | true
        IgnoreAuthenticatedClients yes | ''     | true
        IgnoreAuthenticatedClients yes | absent | false
        IgnoreAuthenticatedClients no  | user   | false
        IgnoreAuthenticatedClients no  | absent | false
        """)
    void authenticatedClients(String options, String authenticated, boolean ignored) {
        if (!authenticated.equals("absent")) {
            macros.put("auth_authen", authenticated);
        }
        MilterFilter.Session session = open(MailSystem.with(options));
        connect(session, "client.example", "192.0.2.10");
        assertEquals(ignored ? ACCEPT : CONTINUE, mail(session, "<user@example.com>"));
        assertEquals(
                ignored ? List.of("INFO ignoring authenticated client, mailfrom=<user@example.com>") : List.of(),
                log());
    }

    @Test
    void theNextMessageOnTheConnectionNeedNotBeAuthenticated() {
        macros.put("auth_authen", "user");
        MilterFilter.Session session = open(MailSystem.with("IgnoreAuthenticatedClients yes"));
        connect(session, "client.example", "192.0.2.10");
        assertEquals(ACCEPT, mail(session, "<user@example.com>"));
        macros.remove("auth_authen");
        assertEquals(CONTINUE, mail(session, "<user@example.com>"));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        localhost      | 127.0.0.1    | true
        localhost      | ::1          | true
        gw.example     | 192.0.2.99   | true
        x.example      | 198.51.100.1 | true
        x.example      | 192.0.2.1    | false
        x.example      | ''           | false
        """)
    void ignoredHosts(String host, String address, boolean ignored) {
        MilterFilter.Session session = open(MailSystem.with("").ignoring("gw.example\n198.51.100.0/24"));
        assertEquals(ignored ? ACCEPT : CONTINUE, connect(session, host, address));
        assertEquals(ignored ? List.of("INFO ignoring connection from " + host) : List.of(), log());
    }

    @Test
    void hostileClientNamesAreSafeInTheLog() {
        macros.put("auth_authen", "user");
        MilterFilter.Session session =
                open(MailSystem.with("IgnoreAuthenticatedClients yes").ignoring("192.0.2.1"));
        connect(session, "evil\n2026 forged", "192.0.2.1");
        mail(session, "<evil\r\nforged@x>");
        assertEquals(
                List.of(
                        "INFO ignoring connection from evil\\n2026 forged",
                        "INFO ignoring authenticated client, mailfrom=<evil\\r\\nforged@x>"),
                log());
    }

    @Test
    void nothingLeaksFromOneMessageIntoTheNext() {
        MilterFilter.Session session = open(MailSystem.with("SPFIgnoreResults no"));
        connect(session, "client.example", "192.0.2.10");
        mail(session, "<user@reject.example>");
        fields(
                session,
                "From: a@reject.example",
                "Authentication-Results: mx.example.net; dkim=pass header.d=reject.example");
        session.headersTruncated();
        end(session);
        macros.put("i", "Q2");
        mail(session, "<user@other.example>");
        fields(session, "From: a@none.example");
        assertEquals(
                "mx.example.net; dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none",
                field(end(session)));
        assertEquals(
                "other.example",
                recorded.get(1).facts().sender().domain().orElseThrow().ascii());
        assertEquals(
                List.of(new HeaderField("From", "a@none.example")),
                recorded.get(1).facts().headers().fields());
        assertEquals(
                IpAddress.parse("192.0.2.10"), recorded.get(1).facts().client().address(), "the connection stays");
        macros.put("i", "Q3");
        mail(session, "<>");
        assertEquals("mx.example.net; dmarc=permerror", field(end(session)), "no From of an earlier message");
    }

    @Test
    void abortForgetsTheMessageAndKeepsTheConnection() {
        MilterFilter.Session session = open(MailSystem.with(""));
        connect(session, "client.example", "192.0.2.10");
        session.helo("helo.example");
        mail(session, "<user@sender.example>");
        fields(session, "From: a@reject.example");
        session.abort();
        mail(session, "<>");
        fields(session, "From: a@none.example");
        end(session);
        assertEquals(1, recorded.size());
        MessageFacts facts = recorded.get(0).facts();
        assertEquals(1, facts.headers().fields().size());
        assertEquals(
                new MessageFacts.Client(
                        "client.example",
                        Optional.of(IpAddress.of("192.0.2.10")),
                        OptionalInt.of(40_000),
                        "helo.example"),
                facts.client());
        assertTrue(facts.sender().isNull());
    }

    @Test
    void aNewMailForgetsTheOneBefore() {
        MilterFilter.Session session = open(MailSystem.with(""));
        mail(session, "<a@sender.example>");
        fields(session, "From: a@reject.example");
        mail(session, "<b@sender.example>");
        fields(session, "From: a@none.example");
        end(session);
        assertEquals(
                "none.example",
                recorded.get(0).judgement().result().orElseThrow().author().ascii());
    }

    @Test
    void closeForgetsTheClient() {
        MilterFilter.Session session = open(MailSystem.with(""));
        connect(session, "client.example", "192.0.2.10");
        session.close();
        mail(session, "<>");
        fields(session, "From: a@none.example");
        end(session);
        assertEquals(MessageFacts.Client.UNKNOWN, recorded.get(0).facts().client());
    }

    @Test
    void aHeloInTheMiddleBelongsToTheNextMessage() {
        MilterFilter.Session session = open(MailSystem.with("SPFSelfValidate yes"));
        connect(session, "client.example", "192.0.2.10");
        session.helo("helo.example");
        mail(session, "<>");
        fields(session, "From: a@reject.example");
        session.helo("reject.example");
        assertEquals("mx.example.net; spf=none smtp.helo=helo.example", field(end(session)));
        mail(session, "<>");
        fields(session, "From: a@reject.example");
        assertEquals("mx.example.net; spf=pass smtp.helo=reject.example", field(end(session)));
    }

    @Test
    void theSearchForTheRecordBeginsWithTheFromField() {
        MailSystem system = MailSystem.with("");
        MilterFilter.Session session = open(system);
        mail(session, "<user@sender.example>");
        fields(session, "Received: from x");
        assertEquals(List.of(), system.asked());
        fields(session, "From: a@reject.example");
        assertEquals(List.of("_dmarc.reject.example"), system.asked());
        fields(session, "Subject: x");
        end(session);
        assertEquals(List.of("_dmarc.reject.example"), system.asked(), "asked once");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        joe
        a@reject.example, b@none.example
        """)
    void noSearchBeginsWithoutOneAuthorDomain(String from) {
        MailSystem system = MailSystem.with("");
        MilterFilter.Session session = open(system);
        mail(session, "<user@sender.example>");
        fields(session, "From: " + from);
        assertEquals(List.of(), system.asked());
    }

    @Test
    void aSecondFromFieldAfterTheSearchBeganIsNotOverlooked() {
        MilterFilter.Session session = open(MailSystem.with(""));
        mail(session, "<user@sender.example>");
        fields(session, "From: a@none.example", "From: b@reject.example");
        assertEquals(
                "mx.example.net; dmarc=fail (p=reject dis=none) header.from=reject.example policy.dmarc=reject",
                field(end(session)));
    }

    @Test
    void aLateAnswerComesBackThroughTheLoop() {
        MailSystem system = MailSystem.with("MaxEvaluationTime 200");
        CompletableFuture<DnsAnswer> answer = system.pending("_dmarc.slow.example");
        MilterFilter.Session session = open(system);
        mail(session, "<user@sender.example>");
        fields(session, "From: a@slow.example");
        CompletableFuture<List<MilterReply>> replies =
                session.endOfMessage(macros()).toCompletableFuture();
        assertFalse(replies.isDone());
        answer.complete(new DnsAnswer.NoSuchName());
        assertFalse(replies.isDone(), "nothing happens on the DNS thread");
        loop.runAll();
        assertTrue(replies.isDone());
        assertEquals(List.of(), recorded, "nothing is written down before the MTA has the verdict");
        session.answered();
        assertEquals(1, recorded.size());
    }

    @Test
    void noAnswerInTimeIsATemporaryError() {
        MailSystem system = MailSystem.with("MaxEvaluationTime 7");
        system.pending("_dmarc.slow.example");
        MilterFilter.Session session = open(system);
        mail(session, "<user@sender.example>");
        fields(session, "From: a@slow.example");
        loop.advance(Duration.ofMinutes(5));
        CompletableFuture<List<MilterReply>> replies =
                session.endOfMessage(macros()).toCompletableFuture();
        loop.advance(Duration.ofMillis(6_999));
        assertFalse(replies.isDone(), "the time counts from the end of the message");
        loop.advance(Duration.ofMillis(1));
        assertEquals("mx.example.net; dmarc=temperror header.from=slow.example", field(replies.join()));
    }

    @Test
    void aMessageThatWasTakenBackIsNotRecorded() {
        MailSystem system = MailSystem.with("MaxEvaluationTime 200");
        CompletableFuture<DnsAnswer> answer = system.pending("_dmarc.slow.example");
        MilterFilter.Session session = open(system);
        mail(session, "<first@sender.example>");
        fields(session, "From: a@slow.example");
        CompletableFuture<List<MilterReply>> first =
                session.endOfMessage(macros()).toCompletableFuture();
        session.abort();
        macros.put("i", "Q2");
        mail(session, "<second@sender.example>");
        fields(session, "From: a@none.example");
        end(session);
        answer.complete(new DnsAnswer.NoSuchName());
        loop.runAll();
        assertFalse(first.isDone(), "nobody waits for it");
        assertEquals(
                List.of("Q2"),
                recorded.stream().map(message -> message.facts().queueId()).toList());
    }

    @Test
    void fieldsThatNobodyAsksForAreNotKept() {
        MilterFilter.Session session = open(MailSystem.with(""));
        mail(session, "<user@sender.example>");
        fields(session, "X-Large: x", "FROM: a@none.example", "received-SPF: none", "DKIM-Filter: x");
        end(session);
        assertEquals(
                List.of("FROM", "received-SPF"),
                recorded.get(0).facts().headers().fields().stream()
                        .map(HeaderField::name)
                        .toList());
    }

    @Test
    void failureReportsNeedAllFields() {
        MilterFilter.Session session = open(MailSystem.with("FailureReports yes"));
        mail(session, "<user@sender.example>");
        fields(session, "X-Large: x", "From: a@none.example");
        end(session);
        assertEquals(2, recorded.get(0).facts().headers().fields().size());
    }

    @Test
    void truncatedHeaderSectionsAreMarked() {
        MilterFilter.Session session = open(MailSystem.with("RejectFailures yes"));
        mail(session, "<user@sender.example>");
        fields(session, "From: a@none.example");
        session.headersTruncated();
        assertEquals(
                List.of(new MilterReply.ReplyCode(550, "5.3.4", "header section too large to be checked")),
                end(session));
    }

    @Test
    void noticesAndWarningsHaveTheirLevels() {
        MilterFilter.Session session = open(MailSystem.with("DomainWhitelist arc.example"));
        mail(session, "<user@sender.example>");
        fields(
                session,
                "From: a@reject.example",
                "ARC-Seal: none",
                "Authentication-Results: mx.example.net; arc=pass arc.chain=arc.example");
        end(session);
        assertEquals(
                List.of(
                        "WARN Q1: ignoring invalid ARC-Seal header \"none\"",
                        "NOTICE Q1: ARC pass, policy pass > overriding DMARC fail",
                        "INFO Q1: reject.example fail"),
                log());
    }

    @ParameterizedTest(name = "{1} {0}")
    @CsvSource(delimiter = '|', textBlock = """
        ''                           | 33
        CopyFailuresTo p@example.net | 37
        RemoveForgedResults yes      | 49
        """)
    void asksForOpenDmarcsActions(String options, int actions) {
        MilterFilter.Wishes wishes = new DmarcFilter(MailSystem.with(options)::rules, recorded::add)
                .open(1, loop)
                .wishes();
        assertEquals(actions, wishes.actions());
        assertEquals(0, wishes.skipSteps() & (Negotiation.NO_HELO | Negotiation.NO_HEADERS | Negotiation.NO_CONNECT));
        assertEquals(Negotiation.NO_BODY, wishes.skipSteps() & Negotiation.NO_BODY);
    }

    @ParameterizedTest(name = "{1} {0}")
    @CsvSource(delimiter = '|', textBlock = """
        ''                                                                     | false
        ReportEnvelopeTo yes                                                   | false
        AggregateReports yes;ReportEmail r@own.example                         | false
        AggregateReports yes;ReportEmail r@own.example;ReportEnvelopeTo yes    | true
        """)
    void asksForRecipientsWhereReportsTellOfThem(String options, boolean asks) {
        MilterFilter.Session session = open(MailSystem.with(options));
        assertEquals(asks ? 0 : Negotiation.NO_RCPT, session.wishes().skipSteps() & Negotiation.NO_RCPT);
        assertEquals(Negotiation.NR_RCPT, session.wishes().noReply() & Negotiation.NR_RCPT);
    }

    @Test
    void recipientsThatNobodyAskedForAreNotRecorded() {
        MilterFilter.Session session = open(MailSystem.with("AggregateReports yes;ReportEmail r@own.example"));
        mail(session, "<user@sender.example>");
        session.recipient(new MilterCommand.Recipient("<a@one.example>", ""));
        fields(session, "From: a@reject.example");
        end(session);
        assertEquals(
                Optional.empty(),
                recorded.get(0).judgement().evaluation().orElseThrow().recipientDomain());
    }

    @Test
    void recipientsAreThoseOfOneMessage() {
        MilterFilter.Session session =
                open(MailSystem.with("AggregateReports yes;ReportEmail r@own.example;ReportEnvelopeTo yes"));
        for (String recipients :
                List.of("<a@one.example> <b@one.example>", "<a@one.example> <b@two.example>", "<a@two.example>")) {
            mail(session, "<user@sender.example>");
            for (String recipient : recipients.split(" ")) {
                session.recipient(new MilterCommand.Recipient(recipient, ""));
            }
            fields(session, "From: a@reject.example");
            end(session);
        }
        mail(session, "<user@sender.example>");
        session.recipient(new MilterCommand.Recipient("<a@taken.example>", ""));
        session.abort();
        mail(session, "<user@sender.example>");
        fields(session, "From: a@reject.example");
        end(session);
        assertEquals(
                List.of("one.example", "", "two.example", ""),
                recorded.stream()
                        .map(message ->
                                message.judgement().evaluation().orElseThrow().recipientDomain())
                        .map(domain -> domain.map(DomainName::ascii).orElse(""))
                        .toList());
    }

    @Test
    void anOpenConnectionFinishesWithTheConfigurationItBeganWith() {
        AtomicReference<Rules> current =
                new AtomicReference<>(MailSystem.with("RejectFailures yes").rules());
        DmarcFilter filter = new DmarcFilter(current::get, recorded::add);
        MilterFilter.Session old = filter.open(1, loop);
        current.set(MailSystem.with("").rules());
        MilterFilter.Session young = filter.open(2, loop);
        for (MilterFilter.Session session : List.of(old, young)) {
            mail(session, "<user@sender.example>");
            fields(session, "From: a@reject.example");
        }
        assertEquals(
                List.of(new MilterReply.ReplyCode(550, "5.7.1", "rejected by DMARC policy for reject.example")),
                end(old));
        assertEquals(CONTINUE, end(young).get(1));
    }
}
