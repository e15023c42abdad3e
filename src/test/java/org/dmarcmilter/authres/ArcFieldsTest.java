package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.authres.ArcFields.ArcAuthenticationResults;
import org.dmarcmilter.authres.ArcFields.ArcSeal;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenDMARC's own ARC cases, and those that made it crash. */
class ArcFieldsTest {
    private static final String LONG = "x".repeat(520);

    @Test
    void readsResults() {
        ArcAuthenticationResults aar =
                aar("i=1; example.com; arc=pass smtp.remote-ip=1.2.3.4; dkim=pass header.d=example.com;"
                        + " spf=pass smtp.mailfrom=example.com");
        assertEquals(1, aar.instance());
        assertEquals("example.com", aar.results().authservId());
        assertEquals(3, aar.results().results().size());
        assertEquals("arc", aar.results().results().get(0).method());
        assertEquals(ResultWord.PASS, aar.results().results().get(0).result());
        assertEquals(Optional.of("1.2.3.4"), aar.clientIp());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
            # value                                                       | instance | client      | why
            i=1; example.com; arc=pass smtp.remote-ip=1.2.3.4             | 1        | 1.2.3.4     | remote-ip
            i=1; example.com; arc=pass smtp.client-ip=5.6.7.8             | 1        | 5.6.7.8     | client-ip
            i=2; example.com; arc=none smtp.remote-ip="2001:db8::1"       | 2        | 2001:db8::1 | quoted
            i=1; example.com; dkim=pass header.d=example.com              | 1        |             | no arc= entry
            i=1; example.com; spf=pass smtp.remote-ip=1.2.3.4             | 1        |             | address of another entry
            i=50; example.com; none                                       | 50       |             | highest instance
            (a) I (b) = (c) 07 (d) ; mx.microsoft.com 1; spf=pass         | 7        |             | comments, leading zero, version
            i=1; dkim=pass header.d=x.example                             | 1        |             | no authserv-id
            """)
    void readsInstanceAndClient(String value, int instance, String client, String why) {
        assertEquals(instance, aar(value).instance(), why);
        assertEquals(client, aar(value).clientIp().orElse(null), why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "i",
                "i=",
                "i=1",
                "example.com; arc=pass",
                "i=0; example.com; arc=pass",
                "i=51; example.com; arc=pass",
                "i=100; example.com; arc=pass",
                "i=99999999999999999999; example.com; arc=pass",
                "i=-1; example.com; arc=pass",
                "i=x; example.com; arc=pass",
                "i=1 2; example.com; arc=pass",
                "i=1, example.com; arc=pass",
                "a=1; example.com; arc=pass",
                "i=1; i=1; example.com; arc=pass",
                "i=1; example.com; arc=pass (",
                "i=1; \"",
                "i=1;",
                "(i=1; example.com; arc=pass)"
            })
    void refusesResults(String value) {
        assertEquals(Optional.empty(), ArcFields.authenticationResults(value));
    }

    @Test
    void readsLongValues() {
        assertEquals(LONG, aar("i=3; " + LONG + "; arc=pass").results().authservId());
        assertEquals(
                Optional.of(LONG),
                aar("i=3; h; dkim=pass header.d=" + LONG)
                        .results()
                        .results()
                        .get(0)
                        .property("header", "d"));
        ArcSeal seal = ArcFields.seal("i=1; d=a.example; s=sel; b=" + LONG).orElseThrow();
        assertEquals(new ArcSeal(1, "a.example", "sel", ""), seal);
        assertEquals(Optional.empty(), ArcFields.seal("i=1; d=" + LONG), "no domain is as long");
        assertEquals(Optional.empty(), ArcFields.seal("i=1; d=a.example; s=" + LONG), "no selector is as long");
    }

    @Test
    void makesNoMoreSetsThanAChainHas() {
        List<ArcSeal> seals =
                Collections.nCopies(2_000, ArcFields.seal("i=1; d=a.example").orElseThrow());
        assertEquals(50, ArcFields.sets(seals, List.of(aar("i=1; h; arc=none"))).size());
    }

    @Test
    void keepsUnknownMethodsBesideKnownOnes() {
        ArcAuthenticationResults aar =
                aar("i=1; mx.google.com;\r\n\tdkim=pass header.d=a.example;\r\n\tdara=pass header.i=@b.example;"
                        + "\r\n\tspf=pass smtp.mailfrom=a.example");
        assertEquals(
                List.of("dkim", "dara", "spf"),
                aar.results().results().stream()
                        .map(AuthenticationResults.MethodResult::method)
                        .toList());
    }

    @Test
    void readsSeals() {
        assertEquals(
                new ArcSeal(1, "example.com", "sel1", "pass"),
                ArcFields.seal("i=1; a=rsa-sha256; cv=pass; d=example.com; s=sel1; t=1234567890; b=abc123")
                        .orElseThrow());
        assertEquals(
                new ArcSeal(2, "example.com", "sel1", "none"),
                ArcFields.seal(
                                " a=rsa-sha256;\r\n\tb=ab/c==\r\n\t de+f;; CV=x; cv = NONE ;\r\n s=sel1; d=\r\n example.com; i = 2 ;")
                        .orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "i=1; none",
                "i=0; d=a.example; s=s",
                "d=a.example; s=s",
                "i=51; d=a.example",
                "i=; d=a.example",
                "i=1a; d=a",
                "i=1; i=2; d=a.example",
                "i=1; d=a.example; d=b.example",
                "i=1; =x",
                "i=+1; d=a",
                "i=1; d",
                "i=\u0661; d=a",
                "i=001; d=a"
            })
    void refusesSeals(String value) {
        assertTrue(ArcFields.seal(value).isEmpty());
    }

    @Test
    void joinsSetsInTheOrderOfTheSeals() {
        List<ArcSeal> seals = List.of(
                new ArcSeal(2, "b.example", "s2", "pass"),
                new ArcSeal(1, "a.example", "s1", "none"),
                new ArcSeal(3, "c.example", "s3", "pass"));
        List<ArcAuthenticationResults> results = List.of(
                aar("i=1; a.example; arc=none smtp.remote-ip=192.0.2.1"),
                aar("i=2; b.example; arc=pass smtp.client-ip=192.0.2.2"),
                aar("i=2; forged.example; arc=pass smtp.client-ip=192.0.2.9"));
        assertEquals(
                List.of(
                        new ArcSet(2, "b.example", "s2", "192.0.2.2"),
                        new ArcSet(1, "a.example", "s1", "192.0.2.1"),
                        new ArcSet(3, "c.example", "s3", "")),
                ArcFields.sets(seals, results));
        assertEquals(List.of(), ArcFields.sets(seals, List.of()));
        assertEquals(List.of(), ArcFields.sets(List.of(), results));
    }

    private static ArcAuthenticationResults aar(String value) {
        return ArcFields.authenticationResults(value).orElseThrow();
    }
}
