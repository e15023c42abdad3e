package org.dmarcmilter.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DmarcUriTest {
    /** {@code -} is not valid; {@code other} is a valid URI that no mail goes to. */
    @ParameterizedTest(name = "{0}: {1} ({3})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | text                              | mailbox               | why
        E132 | mailto:a@b.c                          | a@b.c                 | plain
        E132 | https://x/y                           | other                 | a valid URI, not supported
        E133 | a@b.c                                 | -                     | no scheme
        E133 | <mailto:a@b.c>                        | -                     | angle brackets
        E133 | mailto:a b@c                          | -                     | a space
        E134 | mailto:d%2Cmarc@example.com           | d,marc@example.com    | an encoded comma
        E134 | mailto:a%21b@example.com              | a!b@example.com       | an encoded exclamation mark
        E134 | mailto:%22a%40b%22@example.com        | "a@b"@example.com     | an encoded quoted-string
        E134 | mailto:a%0D%0ABcc:x@example.com       | -                     | a line end never gets into an address
        E134 | mailto:a%00@example.com               | -                     | nor does NUL
        E134 | mailto:a%20b@example.com              | -                     | nor a space
        E134 | mailto:a%C3%A9@example.com            | -                     | nor UTF-8
        E134 | mailto:a%@example.com                 | -                     | half an encoding
        E134 | mailto:a%zz@example.com               | -                     | no encoding
        E134 | mailto:a@b%2ec                        | -                     | none in the domain
        E135 | mailto:a@b.c?subject=x&bcc=evil@x.y   | a@b.c                 | header fields are read past
        E135 | mailto:a@b.c#x                        | a@b.c                 | so is a fragment
        E136 | mailto:a@b.c&#44                      | -                     | an HTML entity
        E136 | mailto:a&amp@b.c                      | -                     | an HTML entity
        E136 | mailto://a@b.c                        | -                     | two slashes
        E136 | mailto://abuse.com                    | -                     | two slashes
        E136 | mailto:                               | -                     | nothing
        E136 | mailto:abuse.com                      | -                     | no address
        E136 | mailto:@b.c                           | -                     | no local part
        E136 | mailto:a@                             | -                     | no domain
        E136 | mailto:a@[192.0.2.1]                  | -                     | no domain
        E136 | mailto:a@192.0.2.1                    | -                     | no domain
        E137 | MAILTO:A@B.c                          | A@b.c                 | scheme and domain without case, local part as it is
        E137 | https:                                | -                     | nothing after the scheme
        E137 | :a@b.c                                | -                     | no scheme
        E137 | 1x:a@b.c                              | -                     | a scheme begins with a letter
        E137 | ftp://abuse.com                       | other                 | OpenDMARC's test has it
        """)
    void reads(String row, String text, String mailbox, String why) {
        for (Standard standard : Standard.values()) {
            String actual = DmarcUri.parse(text, standard)
                    .map(uri -> uri.mailbox()
                            .map(to -> to.localPart() + "@" + to.domain())
                            .orElse("other"))
                    .orElse("-");
            assertEquals(mailbox, actual, why);
        }
    }

    @ParameterizedTest(name = "mailto:a@b.c{0}")
    @CsvSource({
        "!10, 10",
        "!0, 0",
        "!10k, 10240",
        "!10K, 10240",
        "!10m, 10485760",
        "!2g, 2147483648",
        "!1t, 1099511627776",
        "!9223372036854775807, 9223372036854775807",
    })
    void sizes(String suffix, long expected) {
        DmarcUri uri = DmarcUri.parse("mailto:a@b.c" + suffix, Standard.RFC7489).orElseThrow();
        assertEquals(OptionalLong.of(expected), uri.maxSize());
        assertEquals("mailto:a@b.c", uri.uri());
        assertEquals(
                OptionalLong.empty(),
                DmarcUri.parse("mailto:a@b.c" + suffix, Standard.RFC9989)
                        .orElseThrow()
                        .maxSize(),
                "RFC 9989 ignores it");
    }

    @ParameterizedTest(name = "E138: {0}")
    @CsvSource({
        "!10x",
        "!",
        "!-1",
        "!+1",
        "!m",
        "!1 m",
        "!1mm",
        "!99999999999999999999",
        "!9223372036854775807k",
        "!1!2",
        "!١"
    })
    void badSizes(String suffix) {
        assertEquals(Optional.empty(), DmarcUri.parse("mailto:a@b.c" + suffix, Standard.RFC7489));
        assertEquals(
                Optional.of("mailto:a@b.c"),
                DmarcUri.parse("mailto:a@b.c" + suffix, Standard.RFC9989).map(DmarcUri::uri));
    }

    @Test
    void anEmptyTextIsNone() {
        assertEquals(Optional.empty(), DmarcUri.parse("", Standard.RFC7489));
    }
}
