package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsQuestionTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        example.com   | example.com  | nothing to change
        EXAMPLE.Com.  | example.com  | lower case, no trailing dot
        a..           | a.           | one trailing dot only
        \u00c0.example     | \u00c0.example    | octets beyond ASCII are not letters (RFC 4343)
        \u212a.example     | \u212a.example    | the Kelvin sign is no k
        .             | ``           | the root
        """)
    void normalises(String written, String name, String why) {
        assertEquals(name, DnsQuestion.txt(written).name(), why);
    }
}
