package org.dmarcmilter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses, the NoReportsList, external destinations and the rate: who may get a report. */
class RecipientsTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        # URI                                       | address                  | why
        mailto:f@example.com                        | f@example.com            | plain
        MAILTO:F@Example.COM                        | F@example.com            | any case
        mailto:f@example.com!10m                    | f@example.com            | a size limit is cut off
        mailto:f@example.com?subject=x%0d%0aBcc:y   | f@example.com            | header fields are cut off
        mailto:a.b+c_d-e~f'g=h*i@example.com        | a.b+c_d-e~f'g=h*i@example.com | plain enough
        mailto:a%2Eb@example.com                    | a.b@example.com          | decoded
        mailto:a%0Ab@example.com                    | none                     | no line breaks
        mailto:a%2Cb@example.com                    | none                     | no second recipient
        mailto:%7Csh@example.com                    | none                     | no pipe
        mailto:/etc/x@example.com                   | none                     | no file
        mailto:-t@example.com                       | none                     | no option
        mailto:a%25b@example.com                    | none                     | no route
        mailto:%22a%20b%22@example.com              | none                     | no quoted string
        mailto:a%zz@example.com                     | none                     | not percent encoding
        mailto:a%2                                  | none                     | cut off
        mailto:.a@example.com                       | none                     | no dot-atom
        mailto:a..b@example.com                     | none                     | no dot-atom
        mailto:a@b@example.com                      | none                     | two at signs
        mailto:@example.com                         | none                     | no local part
        mailto:reports@nil                          | none                     | a single label
        mailto:f@[192.0.2.1]                        | none                     | an address literal
        mailto:f@exa_mple.c%6Fm                     | none                     | no encoding in domains
        mailto:f@                                   | none                     | no domain
        https://example.com/f                       | none                     | another scheme
        f@example.com                               | none                     | no scheme
        ''                                          | none                     | nothing
        """)
    void readsUris(String uri, String address, String why) {
        assertEquals(Optional.ofNullable(address), address(uri).map(ReportAddress::text), why);
    }

    @Test
    void boundsLocalParts() {
        assertTrue(address("mailto:" + "a".repeat(64) + "@example.com").isPresent());
        assertFalse(address("mailto:" + "a".repeat(65) + "@example.com").isPresent());
        assertFalse(address("mailto:" + "a.".repeat(1_000_000) + "@example.com").isPresent());
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # address            | listed | why
        f@example.com        | true   | an address
        F@Example.com        | true   | in any case
        g@example.com        | false  | another address
        x@Quiet.example      | true   | a domain
        x@sub.quiet.example  | false  | exactly that domain
        x@second.example     | false  | only the first word of a line counts
        x@comment.example    | false  | a comment
        x@indented.example   | false  | a line that begins with white space holds nothing
        y@last.example       | true   | the last line needs no end
        x@host.example       | true   | every address at a host
        x@sub.host.example   | false  | exactly that host
        """)
    void listsWhoWantsNone(String address, boolean listed, String why) {
        NoReportsList list = NoReportsList.parse("""
                # a comment.example
                F@EXAMPLE.com# because they asked
                quiet.example second.example
                \tindented.example

                # comment.example
                @Host.example
                y@last.example""");
        assertEquals(listed, list.contains(address("mailto:" + address).orElseThrow()), why);
        assertFalse(NoReportsList.NONE.contains(address("mailto:" + address).orElseThrow()));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        # TXT records, separated by /                          | recipients                        | why
        v=DMARC1                                               | f@third.example                   | authorised, a trailing semicolon is optional
        v=DMARC1;                                              | f@third.example                   | RFC 7489's form
        ' v = DMARC1 ; '                                       | f@third.example                   | white space
        'v\n=\r\n DMARC1;\nruf=mailto:g@third.example,\r\n\tmailto:h@third.example' | g@third.example h@third.example | line ends are white space
        v=DMARC1/v=DMARC1                                      | f@third.example                   | the same record twice
        spam/v=DMARC1;/v=DMARC1                                | f@third.example                   | others beside it do not matter
        v=DMARC1; p=none; ruf=mailto:g@third.example           | g@third.example                   | names another address
        v=DMARC1; ruf=mailto:g@third.example,mailto:h@Third.Example | g@third.example h@third.example | names several
        v=DMARC1; rua=mailto:g@else.example                    | f@third.example                   | rua is about aggregate reports
        v=DMARC1; ruf=mailto:g@else.example                    | none                              | another host: to neither
        v=DMARC1; ruf=mailto:g@third.example,mailto:g@else.example | none                          | another host among them
        v=DMARC1; ruf=                                         | f@third.example                   | names nobody
        v=DMARC1; p                                            | none                              | not a list of tags (mox-ext-7)
        v=DMARC1; p/v=DMARC1                                   | f@third.example                   | one of two suffices (mox-ext-4)
        v=DMARC1; ruf=mailto:%0a@third.example                 | none                              | names nobody who can be used
        v=dmarc1                                               | none                              | the value's case matters
        v=DMARC10                                              | none                              | another version
        p=none; v=DMARC1                                       | none                              | not the first tag
        hello                                                  | none                              | something else
        ''                                                     | none                              | nothing
        """)
    void asksExternalDestinations(String records, String recipients, String why) {
        ReportAddress asked = address("mailto:f@third.example").orElseThrow();
        String judged = ExternalDestination.judge(List.of(records.split("/")), asked, "ruf").stream()
                .map(ReportAddress::text)
                .collect(Collectors.joining(" "));
        assertEquals(Optional.ofNullable(recipients), Optional.of(judged).filter(text -> !text.isEmpty()), why);
    }

    @Test
    void namesWhereToAsk() {
        assertEquals(
                Optional.of(DomainName.of("blue.example.com._report._dmarc.red.example.net")),
                ExternalDestination.name(DomainName.of("blue.example.com"), DomainName.of("red.example.net")));
        String label = "a".repeat(60) + ".";
        DomainName longName = DomainName.of(label.repeat(3) + "example");
        assertEquals(Optional.empty(), ExternalDestination.name(longName, longName), "the DNS has no room");
    }

    @Test
    void limitsTheRate() {
        RateLimit rate = new RateLimit(2, 3, Duration.ofHours(1));
        Instant now = Instant.parse("2026-11-24T00:00:00Z");
        assertEquals(List.of(true, true, false), takeThree(rate, "a", now), "the recipient's share");
        assertEquals(List.of(true, true, false), takeThree(rate, "b", now), "each has its own");
        assertEquals(
                List.of(true, true, true, false),
                Stream.generate(() -> send(rate, now)).limit(4).toList(),
                "all together");
        assertFalse(rate.allows("a", now.plus(Duration.ofMinutes(29))));
        assertTrue(rate.allows("a", now.plus(Duration.ofMinutes(30))), "half the share after half the time");
        assertFalse(rate.allows("a", now.plus(Duration.ofMinutes(30))));
        assertFalse(rate.allows("a", now), "a clock that is set back gives nothing");
        assertEquals(
                List.of(true, true, false), takeThree(rate, "a", now.plus(Duration.ofDays(9))), "never more than full");
    }

    @Test
    void remembersABoundedNumberOfRecipients() {
        RateLimit rate = new RateLimit(1, 1, Duration.ofHours(1));
        Instant now = Instant.EPOCH;
        assertTrue(rate.allows("first", now));
        IntStream.range(0, RateLimit.MAX_RECIPIENTS - 1).forEach(i -> rate.allows("r" + i, now));
        assertFalse(rate.allows("first", now), "still known, and now the latest seen");
        IntStream.range(0, RateLimit.MAX_RECIPIENTS).forEach(i -> rate.allows("s" + i, now));
        assertTrue(rate.allows("first", now), "forgotten");
    }

    @Test
    void limitsWhatHostileDomainsCause() {
        RateLimit rate = new RateLimit(3, 30, Duration.ofHours(1));
        Instant now = Instant.EPOCH;
        long sent = IntStream.range(0, 100_000)
                .filter(i -> rate.allows("r" + i + "@d" + i + ".example", now) && send(rate, now))
                .count();
        assertEquals(30, sent, "other recipients each time do not lift the limit in all");
        long later = IntStream.range(0, 100_000)
                .filter(i -> rate.allows("s" + i + "@d" + i + ".example", now.plus(Duration.ofMinutes(20)))
                        && send(rate, now.plus(Duration.ofMinutes(20))))
                .count();
        assertEquals(10, later, "a third of the time, a third of the share");
    }

    private static boolean send(RateLimit rate, Instant now) {
        boolean room = rate.hasRoom(now);
        if (room) {
            rate.count(now);
        }
        return room;
    }

    private static List<Boolean> takeThree(RateLimit rate, String recipient, Instant now) {
        return Stream.generate(() -> rate.allows(recipient, now)).limit(3).toList();
    }

    private static Optional<ReportAddress> address(String uri) {
        return DmarcUri.parse(uri.strip(), Standard.RFC7489).flatMap(ReportAddress::of);
    }
}
