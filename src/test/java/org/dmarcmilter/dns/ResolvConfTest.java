package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResolvConfTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # file; a slash is the end of a line                        | servers                     | why
        nameserver 192.0.2.1                                        | 192.0.2.1                   | one server
        nameserver 192.0.2.1/nameserver 192.0.2.2                   | 192.0.2.1 192.0.2.2         | in order
        nameserver 192.0.2.1/nameserver 192.0.2.2/nameserver 192.0.2.3/nameserver 192.0.2.4 | 192.0.2.1 192.0.2.2 192.0.2.3 | the C library reads three
        search example.com/nameserver 192.0.2.1/options edns0 trust-ad | 192.0.2.1                | other lines
        # nameserver 192.0.2.9/; nameserver 192.0.2.8/nameserver 192.0.2.1 # mine | 192.0.2.1     | comments
        nameserver 2001:db8::53                                     | 2001:db8:0:0:0:0:0:53       | IPv6
        nameserver ::1                                              | 0:0:0:0:0:0:0:1             | IPv6 loopback
        nameserver fe80::1%0                                        | fe80:0:0:0:0:0:0:1%0        | a scope
        nameserver fe80::1%nosuchinterface/nameserver 192.0.2.1     | 192.0.2.1                   | a scope that is not here is passed over
        nameserver localhost/nameserver 192.0.2.1                   | 192.0.2.1                   | names are not looked up
        nameserver 192.0.2.256/nameserver 192.0.2.1                 | 192.0.2.1                   | no address
        nameserver 192.0.2/nameserver 192.0.2.1                     | 192.0.2.1                   | three numbers are no address
        nameserver/nameserver 192.0.2.1                             | 192.0.2.1                   | nothing after the word
        nameservers 192.0.2.9/nameserver 192.0.2.1                  | 192.0.2.1                   | another word
        ` nameserver  192.0.2.1   trailing`                         | 192.0.2.1                   | blanks
        ``                                                          | 127.0.0.1                   | empty file: the C library's default
        search example.com                                          | 127.0.0.1                   | no server named
        """)
    void readsResolvConf(String file, String servers, String why) {
        assertEquals(servers, text(ResolvConf.parse(file.replace('/', '\n'))), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        127.0.0.1:5353              | 127.0.0.1:5353                          | with port
        127.0.0.1                   | 127.0.0.1                               | port 53
        192.0.2.1,192.0.2.2:54      | 192.0.2.1 192.0.2.2:54                  | comma
        192.0.2.1 192.0.2.2:54      | 192.0.2.1 192.0.2.2:54                  | blank
        ` 192.0.2.1 , 192.0.2.2, `  | 192.0.2.1 192.0.2.2                     | both, and at the ends
        ::1                         | 0:0:0:0:0:0:0:1                         | IPv6 without brackets has no port
        [::1]                       | 0:0:0:0:0:0:0:1                         | with brackets
        [::1]:5353                  | [0:0:0:0:0:0:0:1]:5353                  | and a port
        2001:db8::53,[2001:db8::54]:54 | 2001:db8:0:0:0:0:0:53 [2001:db8:0:0:0:0:0:54]:54 | several
        192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4 | 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 | as many as one likes
        [192.0.2.1]:54              | 192.0.2.1:54                            | brackets do no harm
        ::ffff:192.0.2.1            | 192.0.2.1                               | mapped into IPv6
        ::127.0.0.1                 | 0:0:0:0:0:0:7f00:1                      | which is not 127.0.0.1
        192.0.2.1:65535             | 192.0.2.1:65535                         | highest port
        """)
    void readsNameservers(String option, String servers, String why) {
        assertEquals(servers, text(ResolvConf.parseNameservers(option)), why);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "localhost",
                "dns.example.com:53",
                "192.0.2.1:",
                "192.0.2.1:0",
                "192.0.2.1:65536",
                "192.0.2.1:53x",
                "192.0.2.1:-1",
                "192.0.2.256",
                "192.0.2.010",
                "192.0.2",
                "1",
                "0x7f000001",
                "[::1",
                "::1]",
                "[::1]53",
                "[::1]:",
                "[]",
                "[",
                ":53",
                ":::",
                "1:2:3:4:5:6:7:8:9",
                "fe80::1%nosuchinterface",
                "192.0.2.1/24",
                "::g",
                "[localhost]"
            })
    void refusesWhatIsNoAddressAndNamesIt(String bad) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> ResolvConf.parseNameservers("192.0.2.1, " + bad));
        assertTrue(refused.getMessage().startsWith("'" + bad + "' is not an address"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", " , "})
    void refusesAnEmptyList(String empty) {
        assertThrows(IllegalArgumentException.class, () -> ResolvConf.parseNameservers(empty));
    }

    private static String text(List<InetSocketAddress> servers) {
        return servers.stream().map(ResolvConf::text).collect(Collectors.joining(" "));
    }
}
