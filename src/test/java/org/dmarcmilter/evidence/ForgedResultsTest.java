package org.dmarcmilter.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which fields go: numbers count the Authentication-Results fields from the top. We are mx.example.net and trust b.example. */
class ForgedResultsTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # fields                                                                    | go  | why
        AR: mx.example.net; dkim=none & Received: x & AR: mx.example.net; dkim=pass | 2   | below Received
        AR: mx.example.net; dkim=none & From: x & AR: mx.example.net; dkim=pass     | 2   | below From
        AR: mx.example.net; dkim=none & subject: x & AR: b.example; dkim=pass       | 2   | below Subject, a trusted name
        AR: b.example; spf=none & AR: mx.example.net; dkim=none & Received: x       | -   | the checkers' own
        Received-SPF: none & X-Any: 1 & DKIM-Signature: a=b & AR: b.example; spf=none & From: x | - | below what other filters add
        AR: mx.example.net; dkim=pass & From: x                                     | -   | on top of all: a checker's or a sender's
        Received: x & AR: c.example; dkim=pass                                      | -   | a name that nobody believes
        Received: x & AR: c.example; dkim=pass & AR: b.example; dkim=pass & AR: c.example; x=y & AR: b.example; none | 2 4 | counted among all
        Received: x & AR: MX.Example.NET; dkim=pass                                 | 1   | the name's case
        Received: x & AUTHENTICATION-results: mx.example.net; dkim=pass             | 1   | the field's case
        Received: x & AR: "mx.example.net"; dkim=pass                               | 1   | a quoted name
        Received: x & AR: mx.example.net 1; dkim=pass                               | 1   | with a version
        Received: x & AR: mx.example.net 2; dkim=pass                               | 1   | with another
        Received: x & AR: (a (b) ) mx.example.net; dkim=pass                        | 1   | a comment in front
        Received: x & AR:{LF} mx.example.net;{LF} dkim=pass                         | 1   | folded
        Received: x & AR: mx.example.net                                            | 1   | nothing else
        Received: x & AR: mx.example.net; none                                      | 1   | no result
        Received: x & AR: mx.example.net(x).evil.example; dkim=pass                 | 1   | what careless readers take for the name
        AR: mx.example.net(x).evil.example; dkim=pass & From: x                     | 1   | the same on top
        AR: mx.example.net; dkim=pass (half & From: x                               | 1   | unreadable, on top
        AR: mx.example.net; dkim=pass half) & From: x                               | 1   | the other half
        AR: mx.example.net 2; dkim=pass & From: x                                   | 1   | another version, on top
        AR: mx.example.net.evil.example; dkim=pass & Received: x & AR: xmx.example.net; dkim=pass | - | longer names
        Received: x & AR: spf=pass smtp.mailfrom=mx.example.net                     | -   | no name
        Received: x & AR: i=1; mx.example.net; dkim=pass                            | -   | the body of an ARC field
        Received: x & ARC-Authentication-Results: i=1; mx.example.net; dkim=pass    | -   | an ARC field
        Received: x & AR: "mx.example.net/Q2"; dkim=pass                            | -   | job ids are not ours
        """)
    void finds(String fields, String places, String why) {
        assertEquals(places, places(fields, false), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # fields                                              | go | why
        AR: "mx.example.net/Q1"; dkim=pass & From: x          | -  | this job
        AR: "mx.example.net/Q2"; dkim=pass & From: x          | 1  | another job
        AR: mx.example.net/Q2; dkim=pass & From: x            | 1  | without quotes
        Received: x & AR: "b.example/Q1"; dkim=pass           | 1  | this job, below Received
        """)
    void knowsJobIds(String fields, String places, String why) {
        assertEquals(places, places(fields, true), why);
    }

    /** We verify DKIM ourselves: nobody else writes dkim, arc and dmarc results under our name. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # fields                                                       | go    | why
        AR: mx.example.net; dkim=pass header.d=bank.example            | 1     | on top of all
        AR: mx.example.net; spf=pass smtp.mailfrom=a.example           | -     | an SPF policy service's
        AR: mx.example.net; iprev=pass                                 | -     | another method
        AR: mx.example.net; spf=pass smtp.mailfrom=a; dkim=pass        | 1     | one that we write is among them
        AR: mx.example.net; dmarc=pass & AR: mx.example.net; arc=pass & AR: b.example; dkim=pass & AR: mx.example.net; dkim=none | 1 2 4 | each of ours; a name that is trusted for SPF is none
        AR: MX.Example.NET; DKIM=pass                                  | 1     | case
        AR: "mx.example.net"; dkim=pass                                | 1     | a quoted name
        AR: (c) mx.example.net 1; dkim=pass                            | 1     | a comment and a version
        AR: mx.example.net; dkim/1=pass                                | 1     | a method's version
        AR: mx.example.net; dkim/2=pass                                | 1     | another, which we pass over
        AR: mx.example.net; dkim{LF} = pass                            | 1     | white space
        AR: mx.example.net; dkim (x) =pass                             | 1     | a comment
        AR: mx.example.net; x=y dkim=pass header.d=bank.example        | 1     | a semicolon missing, which we pass over
        AR: mx.example.net; dkim=pass header.d="a"b                    | 1     | a value that we pass over
        AR: mx.example.net; dkim=pass (half                            | 1     | unreadable
        AR: mx.example.net; spf=none (half                             | 1     | unreadable, whatever it says
        AR: mx.example.net 2; spf=pass                                 | 1     | another version
        AR: mx.example.net(x).evil.example; dkim=pass                  | 1     | what careless readers take for the name
        AR: mx.example.net.evil.example; dkim=pass                     | -     | a longer name
        AR: mx.example; dkim=pass                                      | -     | a shorter name
        AR: other.example; dkim=pass                                   | -     | evidence of others
        AR: mx.example.net; none                                       | -     | says nothing
        AR: mx.example.net; spf=pass smtp.mailfrom=dkim.example        | -     | a domain of that name
        AR: mx.example.net; x-dkim=pass; dkim-atps=pass; y.dkim=z      | -     | longer names of methods
        AR: dkim=pass header.d=bank.example                            | -     | no name at all
        ARC-Authentication-Results: i=1; mx.example.net; dkim=pass     | -     | another field
        """)
    void leavesNobodyElsesResultsUnderOurNameWhereWeVerify(String fields, String places, String why) {
        Trust trust = new Trust("mx.example.net", List.of("b.example"), false, false, Set.of("dkim", "arc", "dmarc"));
        assertEquals(places, places(fields, trust), why);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # fields                                                  | job ids | go  | why
        AR: "mx.example.net/Q2"; dkim=pass                         | true    | 1   | for whatever job
        AR: mx.example.net/Q1; dkim=pass                           | true    | 1   | for this one too
        AR: mx.example.net; dkim=pass                              | true    | 1   | for none
        AR: "mx.example.net/Q1"; dkim=pass                         | false   | -   | not our way of writing our name
        AR: mx.example.net; spf=pass & Received: x & AR: mx.example.net; spf=pass & AR: b.example; none | false | 2 3 | together with RemoveForgedResults
        """)
    void isOneRuleWithRemoveForgedResults(String fields, boolean jobIds, String places, String why) {
        Trust trust = new Trust("mx.example.net", List.of("b.example"), jobIds, !jobIds, Set.of("dkim"));
        assertEquals(places, places(fields, trust), why);
    }

    @Test
    void leavesAllWhereNobodyAsksForIt() {
        Trust trust = new Trust("mx.example.net", List.of(), false, false, Set.of());
        TestMessage message = new TestMessage().fields("Received: x & AR: mx.example.net; dkim=pass");
        assertEquals(List.of(), ForgedResults.places(message.facts(), trust));
    }

    /** What goes is not believed, and what stays is: for each way of writing it, above and below the line. */
    @Test
    void goesTogetherWithNotBelieving() {
        Trust trust = new Trust("mx.example.net", List.of("b.example"), false, true, Set.of());
        for (String id : List.of("mx.example.net", "MX.EXAMPLE.NET", "\"b.example\"", "b.example 1", "(x)b.example")) {
            for (String line : List.of("Received", "From", "Message-ID", "To", "Date")) {
                TestMessage message = new TestMessage()
                        .fields("AR: " + id + "; dkim=pass header.d=top.example & " + line + ": x & AR: " + id
                                + "; dkim=pass header.d=below.example; spf=pass smtp.mailfrom=sender.example");
                FieldEvidence evidence = FieldReader.read(
                        message.facts(), trust, new Settings.Spf(false, false), new Settings.Dkim(false), Set.of());
                assertEquals(List.of(2), ForgedResults.places(message.facts(), trust), id + line);
                assertEquals(
                        List.of("top.example"),
                        evidence.dkim().stream()
                                .map(seen -> seen.domain().ascii())
                                .toList());
                assertEquals(false, evidence.trustedSpf().isPresent());
            }
        }
    }

    private static String places(String fields, boolean withJobId) {
        return places(fields, new Trust("mx.example.net", List.of("b.example"), withJobId, true, Set.of()));
    }

    private static String places(String fields, Trust trust) {
        TestMessage message = new TestMessage().fields(fields.replace("{LF}", "\n"));
        String places = Stream.of(ForgedResults.places(message.facts(), trust))
                .flatMap(List::stream)
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
        return places.isEmpty() ? "-" : places;
    }
}
