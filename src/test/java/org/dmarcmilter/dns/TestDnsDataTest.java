package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.answer;
import static org.dmarcmilter.dns.DnsTests.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestDnsDataTest {
    private static final DnsAnswer REAL = new DnsAnswer.Unavailable("the real DNS");
    private final TestDnsData data = TestDnsData.parse("""
            # policies to try
            _dmarc.example.com v=DMARC1; p=reject; rua=mailto:a@example.com
            _dmarc.Blanks.example \t  v=DMARC1;   p=none  \t
              _dmarc.indented.example v=DMARC1; p=none
            _dmarc.comment.example v=DMARC1; p=none # for now
            _dmarc.two.example v=DMARC1; p=none
            _dmarc.two.example v=DMARC1; p=reject
            _dmarc.bare.example
            _dmarc.twice.example v=DMARC1; p=none
            _DMARC.twice.example   v=DMARC1; p=none
            """, question -> CompletableFuture.completedFuture(REAL));

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        _dmarc.example.com      | v=DMARC1; p=reject; rua=mailto:a@example.com | the rest of the line is the record
        _DMARC.example.com.     | v=DMARC1; p=reject; rua=mailto:a@example.com | any case
        _dmarc.blanks.example   | v=DMARC1;   p=none                           | blanks around it are not of the record
        _dmarc.indented.example | v=DMARC1; p=none                             | blanks before the name
        _dmarc.comment.example  | v=DMARC1; p=none                             | comment
        _dmarc.two.example      | v=DMARC1; p=none,v=DMARC1; p=reject          | two records of a name
        _dmarc.twice.example    | v=DMARC1; p=none                             | the same record twice is one
        _dmarc.bare.example     | NODATA                                       | a name without record
        _dmarc.other.example    | NXDOMAIN                                     | a name that is not there
        """)
    void answers(String name, String expected, String why) {
        assertEquals(answer(expected), ask(data, name), why);
    }

    @Test
    void leavesOtherTypesToTheRealDns() {
        assertEquals(REAL, ask(data, DnsQuestion.Type.A, "_dmarc.example.com"));
    }
}
