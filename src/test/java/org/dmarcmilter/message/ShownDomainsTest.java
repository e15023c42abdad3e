package org.dmarcmilter.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AuthorDomain.Malformed;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShownDomainsTest {
    @ParameterizedTest(name = "{2}: {1}")
    @MethodSource("rows")
    void findsWhatAReaderCouldTakeForTheAuthor(String expected, String value, String why) {
        Malformed author = assertInstanceOf(Malformed.class, AddressParser.authorDomain(Octets.of(value)), why);
        String domains = author.domains().stream().map(DomainName::ascii).collect(Collectors.joining(" "));
        assertEquals(expected, domains.isEmpty() ? "-" : domains, why);
    }

    static Stream<Arguments> rows() {
        return Octets.table("/message/shown-domains.txt").stream()
                .map(row -> Arguments.of(row.get(0), row.get(1), row.get(2)));
    }
}
