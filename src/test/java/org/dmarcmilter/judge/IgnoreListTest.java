package org.dmarcmilter.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmarcmilter.domain.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreListTest {
    /** The list's lines are separated by semicolons; an empty address is a unix socket or an unknown family. */
    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # list                                     | client name          | address          | ignored | why
        ''                                         | localhost            | 127.0.0.1        | true    | 127.0.0.1 always
        ''                                         | localhost            | ::1              | true    | ::1 always
        192.0.2.1                                  | localhost            | 127.0.0.1        | true    | also beside a list
        ''                                         | localhost            | 127.0.0.2        | false   | only that address
        ''                                         | localhost            | ''               | false   | the name localhost means nothing
        !127.0.0.1                                 | localhost            | 127.0.0.1        | false   | unless excepted
        !::1                                       | localhost            | ::1              | false   | unless excepted, IPv6
        localhost                                  | localhost            | ''               | true    | a name without address
        host.example.com                           | host.example.com     | 192.0.2.1        | true    | exact name
        host.example.com                           | HOST.Example.COM     | 192.0.2.1        | true    | without case
        HOST.example.com                           | host.example.com     | 192.0.2.1        | true    | without case in the list
        host.example.com                           | a.host.example.com   | 192.0.2.1        | false   | nothing below a plain name
        host.example.com                           | xhost.example.com    | 192.0.2.1        | false   | whole labels
        .example.com                               | a.example.com        | 192.0.2.1        | true    | below a domain
        .example.com                               | a.b.c.example.com    | 192.0.2.1        | true    | at any depth
        .example.com                               | example.com          | 192.0.2.1        | false   | not the domain itself
        .example.com                               | a.badexample.com     | 192.0.2.1        | false   | whole labels
        192.0.2.1                                  | [192.0.2.1]          | 192.0.2.1        | true    | address
        192.0.2.1                                  | x.example            | 192.0.2.2        | false   | another address
        192.0.2.1                                  | 192.0.2.1            | ''               | false   | an address is not a name
        [192.0.2.1]                                | [192.0.2.1]          | ''               | true    | a literal as a name, with brackets
        [192.0.2.1]                                | x.example            | 192.0.2.1        | false   | which is not the address
        2001:db8::1                                | x.example            | 2001:db8::1      | true    | IPv6 address
        2001:DB8:0:0:0:0:0:1                       | x.example            | 2001:db8::1      | true    | in any notation
        192.0.2.0/24                               | x.example            | 192.0.2.255      | true    | network
        192.0.2.0/24                               | x.example            | 192.0.3.0        | false   | outside
        192.0.2.0/255.255.255.0                    | x.example            | 192.0.2.9        | true    | network by mask
        192.0.2.0/255.255.255.0                    | x.example            | 192.0.3.9        | false   | outside the mask
        198.51.100.77/24                           | x.example            | 198.51.100.1     | true    | host bits are tolerated, OpenDMARC never matches
        192.0.2.0/31                               | x.example            | 192.0.2.1        | true    | /31
        192.0.2.0/32                               | x.example            | 192.0.2.1        | false   | /32 is one address
        0.0.0.0/0                                  | x.example            | 203.0.113.9      | true    | everybody
        0.0.0.0/0                                  | x.example            | 2001:db8::1      | false   | every IPv4 client only
        2001:db8::/32                              | x.example            | 2001:db8:ffff::1 | true    | IPv6 network
        2001:db8::/32                              | x.example            | 2001:db9::1      | false   | outside
        2001:db8::5/64                             | x.example            | 2001:db8::9      | true    | IPv6 host bits tolerated
        ::/0                                       | x.example            | 2001:db8::1      | true    | every IPv6 client
        192.0.2.0/24                               | x.example            | ::ffff:192.0.2.1 | true    | a mapped address is the IPv4 address
        ::ffff:192.0.2.0/120                       | x.example            | 192.0.2.9        | true    | also in the list
        ::ffff:192.0.2.0/120                       | x.example            | 192.0.3.9        | false   | and its network
        ::ffff:192.0.2.1                           | x.example            | 192.0.2.1        | true    | and alone
        ::192.0.2.1                                | x.example            | 192.0.2.1        | false   | which ::192.0.2.1 is not
        IPv6:2001:db8::1                           | x.example            | 2001:db8::1      | true    | as Sendmail and Postfix write it
        127.0.0.0/8                                | x.example            | ::127.0.0.1      | false   | ::127.0.0.1 is not this host
        192.0.2.0/24;!192.0.2.7                    | x.example            | 192.0.2.7        | false   | an exception
        192.0.2.0/24;!192.0.2.7                    | x.example            | 192.0.2.8        | true    | and only that
        !192.0.2.7;192.0.2.0/24                    | x.example            | 192.0.2.7        | false   | order does not matter
        192.0.2.0/24;!192.0.2.0/28;192.0.2.3       | x.example            | 192.0.2.3        | true    | the most specific wins
        192.0.2.0/24;!192.0.2.0/28;192.0.2.3       | x.example            | 192.0.2.4        | false   | the next specific
        192.0.2.0/24;!192.0.2.0/28;192.0.2.3       | x.example            | 192.0.2.99       | true    | the least specific
        127.0.0.0/8;!127.0.0.0/8                   | x.example            | 127.0.0.1        | true    | the default is more specific than a network
        2001:db8::/32;!2001:db8:1::/48             | x.example            | 2001:db8:1::1    | false   | IPv6 exception
        .example.com;!mail.example.com             | mail.example.com     | 192.0.2.1        | false   | a name is more specific than its domain
        .example.com;!mail.example.com             | www.example.com      | 192.0.2.1        | true    | the others stay
        .example.com;!.sub.example.com             | a.sub.example.com    | 192.0.2.1        | false   | the nearest domain decides
        !.example.com;.sub.example.com             | a.sub.example.com    | 192.0.2.1        | true    | the nearest domain decides
        host.example;!192.0.2.1                    | host.example         | 192.0.2.1        | true    | the name comes first
        !host.example;192.0.2.1                    | host.example         | 192.0.2.1        | false   | and an excepted name is final, unlike in OpenDMARC
        192.0.2.1 # the old gateway                | x.example            | 192.0.2.1        | true    | comment
        192.0.2.1#the old gateway                  | x.example            | 192.0.2.1        | true    | comment without space
        # 192.0.2.1                                | x.example            | 192.0.2.1        | false   | only a comment
        '192.0.2.1 192.0.2.2'                      | x.example            | 192.0.2.2        | false   | the first word of a line counts
        '  192.0.2.1'                              | x.example            | 192.0.2.1        | true    | leading space is harmless, OpenDMARC drops the line
        "192.0.2.1\r"                              | x.example            | 192.0.2.1        | true    | a list from Windows
        """)
    void ignores(String list, String name, String address, boolean ignored, String why) {
        String text = list.replace(";", "\n").replace("\\r", "\r").replace("\"", "");
        assertEquals(ignored, IgnoreList.parse(text).ignores(name, IpAddress.parse(address)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        192.0.2.0/33            | 192.0.2.0/33
        192.0.2.0/              | 192.0.2.0/
        192.0.2.0/-1            | 192.0.2.0/-1
        192.0.2.0/255.0.255.0   | 192.0.2.0/255.0.255.0
        2001:db8::/129          | 2001:db8::/129
        2001:db8::/ffff::       | 2001:db8::/ffff::
        mail.example.com/24     | mail.example.com/24
        192.0.2.300/24          | 192.0.2.300/24
        !10.0.0.0/x             | !10.0.0.0/x
        """)
    void namesTheLineThatIsNoNetwork(String entry, String quoted) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> IgnoreList.parse("# first\n192.0.2.1\n" + entry + "\n"));
        assertTrue(e.getMessage().startsWith("line 3: "), e.getMessage());
    }

    @Test
    void quotesHostileEntriesSafely() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> IgnoreList.parse("\u001b[31m/\u0000"));
        assertEquals(
                true,
                e.getMessage().chars().allMatch(c -> c >= ' ' && c <= '~'),
                "no control characters in the message");
    }
}
