package org.dmarcmilter.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpfIdentityTest {
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        joe@example.com           | mx.example.org | MAIL_FROM | joe               | example.com    | an ordinary sender
        ''                        | mx.example.org | HELO      | postmaster        | mx.example.org | the null sender (2.4)
        MAILER-DAEMON             | mx.example.org | HELO      | postmaster        | mx.example.org | a sender without domain
        @example.com              | mx.example.org | MAIL_FROM | postmaster        | example.com    | an empty local part (4.3)
        joe@                      | mx.example.org | MAIL_FROM | joe               | ''             | an empty domain is not the HELO name
        joe@legit.example@example.com | mx.example.org | MAIL_FROM | joe@legit.example | example.com | the last at sign counts
        '"a@b"@example.com'       | mx.example.org | MAIL_FROM | '"a@b"'           | example.com    | a quoted local part
        ''                        | ''             | HELO      | postmaster        | ''             | nothing at all
        """)
    void names(String sender, String helo, SpfIdentity.Scope scope, String localPart, String domain, String why) {
        SpfIdentity identity = new SpfIdentity(Optional.empty(), sender, helo);
        assertEquals(scope, identity.scope(), why);
        assertEquals(localPart, identity.localPart(), why);
        assertEquals(domain, identity.domain(), why);
    }
}
