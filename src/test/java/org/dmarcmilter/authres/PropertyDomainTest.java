package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.Octets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Part C of the edge cases, the rows about values; 92, 93, 97 and 101 to 110 are decisions of package filter. */
class PropertyDomainTest {
    @ParameterizedTest(name = "{2}: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # value                                 | domain      | why
            example.net                             | example.net | a domain
            EXAMPLE.net                             | example.net | case
            example.net.                            | example.net | root dot
            @example.net                            | example.net | 95 header.i without local part
            u@example.net                           | example.net | 95 address
            u=v@example.net                         | example.net | 77 equal sign in the local part
            support=domain.com__0-1q@x.com          | x.com       | 77 VERP
            o'hara@example.net                      | example.net | an apostrophe in a local part is usual
            "a b@c"@example.net                     | example.net | quoted local part
            "a\\"@c.example"@example.net            | example.net | quoted quote
            ``                                      |             | 94 nothing
            none                                    | none        | 78 a word is a name of one label, aligned with nothing
            .net                                    |             | 79 empty label
            ..                                      |             | 79 no labels
            @                                       |             | no domain
            u@                                      |             | no domain
            @@example.net                           |             | two at signs
            =example.net                            |             | equal sign in a domain
            any@legitimate.com(a.attack.com         |             | 86 parenthesis
            any@legitimate.com(.attack.com)         |             | 86 parentheses
            any@legitimate.com'@any.attack.com      |             | 87 two at signs
            any@legitimate.com@any.attack.com       |             | 87 two at signs
            legitimate.com'a.attack.com             |             | 90 apostrophe in a domain
            legitimate.com(.attack.com              |             | 90 parenthesis in a domain
            @legitimate.com(.attack.com             |             | 90 parenthesis in a domain
            legitimate.com{NUL}.attack.com          |             | 91 NUL
            any{07}@legitimate.com                  |             | 91 control character in a local part
            legitimate.com{LF}                      |             | 91 line end
            a b@example.net                         |             | space in a local part
            example.net attack.com                  |             | space in a domain
            `example.net `                          |             | space at the end
            <u@example.net>                         |             | angle brackets
            a,b@example.net                         |             | comma
            example.net,                            |             | comma
            example.net;                            |             | semicolon
            "u@example.net                          |             | quote not closed
            "u"x@example.net                        |             | text after the quotes
            "example.net"                           |             | quotes alone
            u@[192.0.2.1]                           |             | address literal
            192.0.2.1                               |             | an address is no name
            b{E4}nk.example                         |             | ISO 8859-1 is not UTF-8
            """)
    void reads(String value, String domain, String why) {
        assertEquals(
                domain,
                PropertyDomain.of(Octets.of(value)).map(DomainName::ascii).orElse(null),
                why);
    }
}
