package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dmarcmilter.domain.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who asks for much does not keep others from asking for little. */
@Timeout(60)
class PlacesTest {
    private static final int IN_FLIGHT = 100;
    private static final int WAITING = 50;

    private final Places places = new Places(IN_FLIGHT, WAITING);
    /** Those that hold a place, in the order in which they got it. */
    private final List<Claim> seated = new ArrayList<>();

    private final class Claim extends Places.Claim {
        private final String name;
        private boolean begun;
        private boolean refused;
        private boolean known;

        Claim(Asker asker, String name, String domain) {
            super(asker, domain);
            this.name = name;
        }

        @Override
        boolean begin() {
            begun = true;
            if (!known) {
                seated.add(this);
            }
            return !known;
        }

        @Override
        void refuse() {
            refused = true;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Claim ask(Asker asker, String name, String domain) {
        Claim claim = new Claim(asker, name, domain);
        places.enter(claim);
        return claim;
    }

    /** A question of a message that asks no other. */
    private Claim ask(String client, String domain) {
        return ask(new Asker(client), client + " " + domain, domain);
    }

    /** So many messages of one client, each for a domain of its own. */
    private List<Claim> flood(String client, int messages) {
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            claims.add(ask(client, "slow" + i + "." + client + ".example"));
        }
        return claims;
    }

    private void answer(Claim claim) {
        assertTrue(seated.remove(claim));
        places.leave(claim);
    }

    private long held(String client) {
        return seated.stream()
                .filter(claim -> claim.asker.client.equals(client))
                .count();
    }

    @ParameterizedTest(name = "{0} floods: {1} places each")
    @CsvSource({"1, 50", "2, 33", "3, 25", "9, 10"})
    void aFloodLeavesRoomForOneMore(int clients, int most) {
        for (int i = 0; i < IN_FLIGHT; i++) {
            for (int client = 0; client < clients; client++) {
                ask("flood" + client, "d" + i + "." + client + ".example");
            }
        }
        for (int client = 0; client < clients; client++) {
            assertTrue(held("flood" + client) <= most + 1, client + ": " + held("flood" + client));
            assertTrue(held("flood" + client) >= most - 1, client + ": " + held("flood" + client));
        }
        for (int i = 0; i < most / 2; i++) {
            assertTrue(ask("good" + i, "good" + i + ".example").begun, "a newcomer does not wait");
        }
    }

    @Test
    void aDomainLeavesRoomForOneMoreWhoeverAsksForIt() {
        for (int i = 0; i < IN_FLIGHT; i++) {
            ask("bot" + i, "slow.example");
        }
        assertEquals(IN_FLIGHT / 2, seated.size());
        assertTrue(ask("bot1", "good.example").begun);
    }

    @Test
    void aMessageTakesFourPlacesAtATime() {
        Asker message = new Asker("client");
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            claims.add(ask(message, "q" + i, "d" + i + ".example"));
        }
        assertEquals(claims.subList(0, Places.PER_MESSAGE), seated);
        assertTrue(message.hasWaited());
        assertTrue(ask("client", "other.example").begun, "another of the same client goes on");
        answer(claims.get(2));
        assertTrue(claims.get(4).begun);
    }

    @Test
    void clientsHaveTheirTurnsOneAfterTheOther() {
        Places one = new Places(1, WAITING);
        List<String> order = new ArrayList<>();
        for (String name : "a1 a2 a3 b1 b2 c1".split(" ")) {
            one.enter(new Claim(new Asker(name.substring(0, 1)), name, name + ".example"));
        }
        while (!seated.isEmpty()) {
            Claim done = seated.remove(0);
            order.add(done.name);
            one.leave(done);
        }
        assertEquals(List.of("a1", "a2", "b1", "c1", "a3", "b2"), order);
        assertEquals(0, one.waiting());
        assertEquals(0, one.inFlight());
    }

    @Test
    void messagesOfOneClientHaveTheirTurnsOneAfterTheOther() {
        Places one = new Places(1, WAITING);
        List<String> order = new ArrayList<>();
        Asker crowd = new Asker("relay");
        for (String name : "a1 a2 a3 a4".split(" ")) {
            one.enter(new Claim(crowd, name, name + ".example"));
        }
        one.enter(new Claim(new Asker("relay"), "b", "b.example"));
        while (!seated.isEmpty()) {
            Claim done = seated.remove(0);
            order.add(done.name);
            one.leave(done);
        }
        assertEquals(List.of("a1", "a2", "b", "a3", "a4"), order, "behind a relay, one message is not all mail");
    }

    @Test
    void whatIsKnownWhenItsTurnComesKeepsNoPlace() {
        Places one = new Places(1, WAITING);
        Claim slow = new Claim(new Asker("a"), "slow", "slow.example");
        one.enter(slow);
        List<Claim> known = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            Claim claim = new Claim(new Asker("b" + i), "known", "known.example");
            claim.known = true;
            known.add(claim);
            one.enter(claim);
        }
        one.leave(slow);
        assertTrue(known.stream().allMatch(claim -> claim.begun));
        assertEquals(0, one.inFlight());
    }

    @Test
    void atTheBoundTheLongestLineHasOneLess() {
        List<Claim> flood = flood("flood", IN_FLIGHT / 2 + WAITING);
        assertEquals(WAITING, places.waiting());
        for (int i = 0; i < IN_FLIGHT / 2 - 1; i++) {
            ask("bot" + i, "bot" + i + ".example");
        }
        Claim good = ask("good", "good.example");
        assertEquals(0, flood.stream().filter(claim -> claim.refused).count(), "there is a place for it");
        assertTrue(good.begun);
        Claim next = ask("next", "next.example");
        assertEquals(false, next.begun);
        assertEquals(false, next.refused);
        assertTrue(flood.get(flood.size() - 1).refused, "who came last of the longest line");
        assertEquals(1, places.refused());
        assertEquals(WAITING, places.waiting());
        answer(seated.get(0));
        assertTrue(next.begun, "the client with the fewest does not stand behind the flood");
    }

    @Test
    void whoHasWaitedDoesNotLoseItsTurnToWhoComes() {
        Places one = new Places(1, 2);
        List<Claim> claims = new ArrayList<>();
        for (String client : "first second third fourth".split(" ")) {
            claims.add(new Claim(new Asker(client), client, client + ".example"));
            one.enter(claims.get(claims.size() - 1));
        }
        assertEquals(
                List.of("fourth"),
                claims.stream()
                        .filter(claim -> claim.refused)
                        .map(Claim::toString)
                        .toList());
    }

    @Test
    void whoLeavesIsNotAsked() {
        flood("flood", IN_FLIGHT / 2);
        Asker gone = new Asker("flood");
        Claim unwanted = ask(gone, "unwanted", "unwanted.example");
        Claim wanted = ask("flood", "wanted.example");
        gone.leave();
        answer(seated.get(0));
        assertEquals(false, unwanted.begun);
        assertTrue(wanted.begun);
        assertEquals(1, places.refused());
        assertEquals(0, places.waiting());
    }

    @Test
    void nothingIsLostWhateverHappens() {
        Random random = new Random(20261128);
        List<Asker> askers = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            int what = random.nextInt(10);
            if (what < 5) {
                Asker asker = random.nextInt(3) == 0 && !askers.isEmpty()
                        ? askers.get(random.nextInt(askers.size()))
                        : new Asker("client" + random.nextInt(8));
                askers.add(asker);
                ask(asker, "q" + step, "d" + random.nextInt(12) + ".example");
            } else if (what < 9 && !seated.isEmpty()) {
                answer(seated.get(random.nextInt(seated.size())));
            } else if (!askers.isEmpty()) {
                askers.remove(random.nextInt(askers.size())).leave();
            }
            assertEquals(seated.size(), places.inFlight());
            assertTrue(places.inFlight() <= IN_FLIGHT);
            assertTrue(places.waiting() <= WAITING);
        }
        while (!seated.isEmpty()) {
            answer(seated.get(0));
        }
        assertEquals(0, places.waiting(), "whoever waits has his turn");
        assertEquals(0, places.inFlight());
        assertTrue(ask("client1", "d1.example").begun);
    }

    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "2001:db8::1, 2001:db8::ffff:0:0:1, true",
        "2001:db8::1, 2001:db8:0:1::1, false"
    })
    void aClientIsAnAddressOrAnIpv6Network(String one, String other, boolean same) {
        assertEquals(
                same, Asker.of(IpAddress.parse(one), "a").client.equals(Asker.of(IpAddress.parse(other), "b").client));
    }

    @Test
    void withoutAnAddressEachConnectionIsAClient() {
        assertEquals("connection", Asker.of(Optional.empty(), "connection").client);
    }
}
