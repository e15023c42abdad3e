package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.Octets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a property says about a domain. Whether that domain counts is decided in package filter. */
class PropertyDomainTest {
    @ParameterizedTest(name = "{2}: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # value                                 | domain      | why
            example.net                             | example.net | a domain
            EXAMPLE.net                             | example.net | case
            example.net.                            | example.net | root dot
            @example.net                            | example.net | E095 header.i without local part
            u@example.net                           | example.net | E095 address
            u=v@example.net                         | example.net | E077 equal sign in the local part
            support=domain.com__0-1q@x.com          | x.com       | E077 VERP
            o'hara@example.net                      | example.net | an apostrophe in a local part is usual
            "a b@c"@example.net                     | example.net | quoted local part
            "a\\"@c.example"@example.net            | example.net | quoted quote
            ``                                      |             | E094 nothing
            none                                    | none        | E078 a word is a name of one label, aligned with nothing
            .net                                    |             | E079 empty label
            ..                                      |             | E079 no labels
            @                                       |             | no domain
            u@                                      |             | no domain
            @@example.net                           |             | two at signs
            =example.net                            |             | equal sign in a domain
            any@legitimate.com(a.attack.com         |             | E086 parenthesis
            any@legitimate.com(.attack.com)         |             | E086 parentheses
            any@legitimate.com'@any.attack.com      |             | E087 two at signs
            any@legitimate.com@any.attack.com       |             | E087 two at signs
            legitimate.com'a.attack.com             |             | E090 apostrophe in a domain
            legitimate.com(.attack.com              |             | E090 parenthesis in a domain
            @legitimate.com(.attack.com             |             | E090 parenthesis in a domain
            legitimate.com{NUL}.attack.com          |             | E091 NUL
            any{07}@legitimate.com                  |             | E091 control character in a local part
            legitimate.com{LF}                      |             | E091 line end
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
