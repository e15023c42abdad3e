package org.dmarcmilter.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReversePathTest {
    @ParameterizedTest(name = "{3}: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # argument of MAIL                    | address                        | domain         | why
            <joe@example.com>                     | joe@example.com                | example.com    | usual
            joe@example.com                       | joe@example.com                | example.com    | without brackets
            ` <joe@example.com> `                 | joe@example.com                | example.com    | spaces around
            < joe@example.com >                   | joe@example.com                | example.com    | spaces within
            <Joe@EXAMPLE.com>                     | Joe@EXAMPLE.com                | example.com    | address as typed
            <>                                    | ``                             |                | null sender
            < >                                   | ``                             |                | null sender
            ``                                    | ``                             |                | null sender without brackets
            <MAILER-DAEMON>                       | MAILER-DAEMON                  |                | no domain
            <root>                                | root                           |                | no domain
            <@a.example,@b.example:joe@c.example> | joe@c.example                  | c.example      | source route
            <@legitimate.com,@any.com:'any@attack.com> | 'any@attack.com           | attack.com     | E088: the route is not the sender
            <@legitimate.com>                     | @legitimate.com                |                | a route that never ends
            <@legitimate.com:>                    | @legitimate.com:                             |                | a route to nobody
            <(any@legitimate.com>                 | (any@legitimate.com            |                | E089: parenthesis in the local part
            <any@legitimate.com(.attack.com>      | any@legitimate.com(.attack.com |                | parenthesis in the domain
            <any@legitimate.com'@attack.com>      | any@legitimate.com'@attack.com |                | two at signs
            <any@legitimate.com'.attack.com>      | any@legitimate.com'.attack.com |                | apostrophe in the domain
            <o'hara@example.com>                  | o'hara@example.com             | example.com    | apostrophe in the local part
            <"a b@x"@example.com>                 | "a b@x"@example.com            | example.com    | quoted local part
            <"a\\"@x"@example.com>                | "a\\"@x"@example.com           | example.com    | quoted quote
            <"a@example.com>                      | "a@example.com                 |                | quote not closed
            <"a"b@example.com>                    | "a"b@example.com               |                | text after the quotes
            <""@example.com>                      | ""@example.com                 | example.com    | empty quoted local part
            <bounce+a=b.example@example.com>      | bounce+a=b.example@example.com | example.com    | VERP
            <SRS0=x=y=z.example=u@example.com>    | SRS0=x=y=z.example=u@example.com | example.com  | SRS
            <a..b.@example.com>                   | a..b.@example.com              | example.com    | misplaced dots exist
            <joe@[192.0.2.1]>                     | joe@[192.0.2.1]                |                | address literal
            <joe@192.0.2.1>                       | joe@192.0.2.1                  |                | an address is no name
            <joe@>                                | joe@                           |                | no domain
            <joe@.example>                        | joe@.example                   |                | empty label
            <joe@a b.example>                     | joe@a b.example                |                | space in the domain
            <joe x@b.example>                     | joe x@b.example                |                | space in the local part
            <joe@example.com                      | <joe@example.com               |                | bracket not closed
            joe@example.com>                      | joe@example.com>               |                | bracket not opened
            <                                     | <                              |                | not the null sender
            >                                     | >                              |                | not the null sender
            <<joe@example.com>>                   | <joe@example.com>              |                | two brackets
            <a@x.example,b@y.example>             | a@x.example,b@y.example        |                | two addresses
            <joe@example.com> SIZE=5              | <joe@example.com> SIZE=5       |                | ESMTP arguments belong elsewhere
            """)
    void reads(String argument, String address, String domain, String why) {
        ReversePath path = ReversePath.parse(argument);
        assertEquals(address, path.address(), why);
        assertEquals(domain, path.domain().map(DomainName::ascii).orElse(null), why);
        assertEquals(address.isEmpty(), path.isNull(), why);
    }

    @Test
    void controlCharactersMakeNoAddress() {
        for (String sender : new String[] {
            "a\0@x.example", "a@x.example\0", "a@x.exa\rmple", "\"a\nb\"@x.example", "a\u007f@x.example"
        }) {
            assertEquals(Optional.empty(), ReversePath.parse("<" + sender + ">").domain());
        }
    }
}
