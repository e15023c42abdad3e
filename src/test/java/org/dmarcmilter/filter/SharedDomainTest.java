package org.dmarcmilter.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.dmarcmilter.domain.DomainName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedDomainTest {
    @ParameterizedTest(name = "of {0}")
    @CsvSource(delimiter = '|', textBlock = """
        # recipients                                  | domain
        ''                                            | ''
        <a@one.example>                               | one.example
        <a@one.example> <b@ONE.example>               | one.example
        a@one.example <@hop.example:b@one.example>    | one.example
        <a@one.example> <b@two.example>               | ''
        <a@one.example> <b@two.example> <c@one.example> | ''
        <a@one.example> <b@sub.one.example>           | ''
        <a@one.example> root                          | ''
        root <a@one.example>                          | ''
        <a@[192.0.2.1]>                               | ''
        <a@one.example;rcpt_to=x>                     | ''
        <>                                            | ''
        """)
    void isThatOfAllRecipients(String recipients, String domain) {
        SharedDomain shared = new SharedDomain();
        if (!recipients.isEmpty()) {
            for (String recipient : recipients.split(" ")) {
                shared.add(recipient);
            }
        }
        assertEquals(domain, shared.get().map(DomainName::ascii).orElse(""));
    }
}
