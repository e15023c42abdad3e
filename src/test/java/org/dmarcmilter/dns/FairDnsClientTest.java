package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FairDnsClientTest {
    private static final PublicSuffixList SUFFIXES = PublicSuffixList.parse("com\nco.uk\nexample");
    private static final DnsAnswer FOUND = answer("found");

    private final Map<String, CompletableFuture<TimedAnswer>> asked = new LinkedHashMap<>();
    private final CachingDnsClient cache = new CachingDnsClient(
            question -> asked.computeIfAbsent(question.name(), name -> new CompletableFuture<>()), 100, () -> 0);
    private final Places places = new Places(4, 3);
    private final FairDnsClient client = new FairDnsClient(cache, places, SUFFIXES);

    private CompletableFuture<DnsAnswer> ask(String asker, String name) {
        return client.query(DnsQuestion.txt(name), new Asker(asker)).toCompletableFuture();
    }

    private void come(String name) {
        asked.get(name).complete(new TimedAnswer(FOUND, Duration.ofMinutes(5)));
    }

    @Test
    void whatIsKnownOrOnItsWayTakesNoPlace() {
        CompletableFuture<DnsAnswer> first = ask("a", "x.example");
        CompletableFuture<DnsAnswer> same = ask("b", "x.example");
        assertEquals(1, places.inFlight());
        come("x.example");
        assertEquals(FOUND, first.getNow(null));
        assertEquals(FOUND, same.getNow(null));
        assertEquals(0, places.inFlight());
        assertEquals(FOUND, ask("a", "x.example").getNow(null));
        assertEquals(1, cache.misses());
        assertEquals(2, cache.hits());
    }

    @Test
    void aQuestionWaitsForAPlaceAndIsAskedThen() {
        ask("flood", "a.example");
        ask("flood", "b.example");
        CompletableFuture<DnsAnswer> waits = ask("flood", "c.example");
        assertEquals(List.of("a.example", "b.example"), List.copyOf(asked.keySet()));
        assertEquals(1, places.waiting());
        come("a.example");
        assertTrue(asked.containsKey("c.example"));
        come("c.example");
        assertEquals(FOUND, waits.getNow(null));
    }

    @Test
    void whoWaitsForAnAnswerThatOthersGetHasItWhenItsTurnComes() {
        ask("flood", "a.example");
        ask("flood", "b.example");
        CompletableFuture<DnsAnswer> waits = ask("flood", "c.example");
        ask("good", "c.example");
        assertEquals(3, asked.size(), "the good client does not stand behind the flood");
        come("c.example");
        come("a.example");
        assertEquals(FOUND, waits.getNow(null));
        assertEquals(3, asked.size(), "and the DNS is not asked twice");
        assertEquals(1, places.inFlight());
    }

    @Test
    void whenTheFirstOfSeveralAskersLeavesTheOthersAreStillAnswered() {
        ask("flood", "a.example");
        ask("flood", "b.example");
        Asker gone = new Asker("flood");
        client.query(DnsQuestion.txt("c.example"), gone);
        CompletableFuture<DnsAnswer> stays = ask("flood", "c.example");
        gone.leave();
        come("a.example");
        come("c.example");
        assertEquals(FOUND, stays.getNow(null));
    }

    @Test
    void beyondTheBoundTheAnswerIsThatItIsOurLimitAndNobodyRemembersIt() {
        try (CapturedLog log = new CapturedLog(FairDnsClient.class)) {
            List<CompletableFuture<DnsAnswer>> flood = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                flood.add(ask("flood", "n" + i + ".example"));
            }
            DnsAnswer.Unavailable refused = (DnsAnswer.Unavailable) flood.get(5).getNow(null);
            assertTrue(refused.ours());
            assertEquals(refused, flood.get(6).getNow(null));
            assertEquals(2, places.refused());
            assertEquals(
                    List.of("WARN 2 DNS questions are in flight and 3 wait; mail of the clients with most of them is"
                            + " answered 451"),
                    log.lines(),
                    "said once");
        }
        for (int i = 0; i < 5; i++) {
            come("n" + i + ".example");
        }
        CompletableFuture<DnsAnswer> again = ask("flood", "n5.example");
        assertFalse(again.isDone());
        come("n5.example");
        assertEquals(FOUND, again.getNow(null));
    }

    @Test
    void namesOfOneOwnerAreOneDomainHoweverOddTheyAre() {
        ask("a", "x.slow.co.uk");
        ask("b", "y(z.slow.co.uk");
        CompletableFuture<DnsAnswer> third = ask("c", "\u00e9.y.slow.co.uk");
        assertEquals(2, asked.size());
        assertFalse(third.isDone());
        ask("c", "other.co.uk");
        assertEquals(3, asked.size());
    }

    @Test
    void reverseNamesOfSeveralClientsAreNotOneDomain() {
        for (int i = 1; i <= 3; i++) {
            client.query(new DnsQuestion(i + ".2.0.192.in-addr.arpa", DnsQuestion.Type.PTR), new Asker("client" + i));
        }
        assertEquals(3, asked.size());
    }

    @Test
    void theClientOfAnotherConfigurationSharesThePlaces() {
        FairDnsClient reloaded = new FairDnsClient(
                new CachingDnsClient(
                        question -> asked.computeIfAbsent("new " + question.name(), n -> new CompletableFuture<>()),
                        100,
                        () -> 0),
                places,
                SUFFIXES);
        ask("flood", "a.example");
        ask("flood", "b.example");
        reloaded.query(DnsQuestion.txt("c.example"), new Asker("flood"));
        assertEquals(2, asked.size());
        come("a.example");
        assertTrue(asked.containsKey("new c.example"));
    }
}
