package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Random;
import org.dmarcmilter.text.OctetText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpAddressTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        192.0.2.1                               | 192.0.2.1                        | dotted quad
        0.0.0.0                                 | 0.0.0.0                          | lowest IPv4
        255.255.255.255                         | 255.255.255.255                  | highest IPv4
        ::                                      | ::                               | all zero
        ::1                                     | ::1                              | loopback
        1::                                     | 1::                              | gap at the end
        2001:DB8::CB01                          | 2001:db8::cb01                   | lower case (RFC 5952, 4.3)
        2001:0db8:0:0:1:0:0:1                   | 2001:db8::1:0:0:1                | the first of two equal runs (4.2.3)
        2001:db8:0:0:1:0:0:0                    | 2001:db8:0:0:1::                 | the longer run (4.2.3)
        2001:db8:0:1:1:1:1:1                    | 2001:db8:0:1:1:1:1:1             | one zero group is not shortened (4.2.2)
        2001:db8::1:1:1:1:1                     | 2001:db8:0:1:1:1:1:1             | a gap may stand for one group
        1:2:3:4:5:6:7::                         | 1:2:3:4:5:6:7:0                  | a gap of one group at the end
        ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | highest IPv6
        ::ffff:192.0.2.1                        | 192.0.2.1                        | IPv4-mapped is IPv4
        ::FFFF:c000:201                         | 192.0.2.1                        | IPv4-mapped in groups
        0:0:0:0:0:ffff:192.0.2.1                | 192.0.2.1                        | IPv4-mapped without gap
        ::ffff:0:0                              | 0.0.0.0                          | the lowest mapped one
        ::192.0.2.1                             | ::c000:201                       | IPv4-compatible is plain IPv6
        ::127.0.0.1                             | ::7f00:1                         | and not this host
        ::fffe:192.0.2.1                        | ::fffe:c000:201                  | another prefix
        1::ffff:192.0.2.1                       | 1::ffff:c000:201                 | another prefix
        IPv6:2001:db8::1                        | 2001:db8::1                      | tag of RFC 5321
        IPV6:::ffff:192.0.2.1                   | 192.0.2.1                        | tag and mapped
        64:ff9b::192.0.2.33                     | 64:ff9b::c000:221                | quad at the end
        1:2:3:4:5:6:1.2.3.4                     | 1:2:3:4:5:6:102:304              | six groups and a quad
        ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | the longest text
        """)
    void readsAndWrites(String text, String canonical, String why) {
        assertEquals(canonical, IpAddress.of(text).text(), why);
        assertEquals(IpAddress.of(text), IpAddress.of(canonical), why);
        OctetText appended = new OctetText(0);
        IpAddress.of(text).appendTo(appended);
        assertEquals(canonical, appended.toString(), why);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
        127.0.0.1,        true
        127.255.255.255,  true
        ::1,              true
        ::ffff:127.0.0.1, true
        126.255.255.255,  false
        128.0.0.0,        false
        ::,               false
        1::1,             false
        ::127.0.0.1,      false
        """)
    void knowsLoopback(String address, boolean isLoopback) {
        assertEquals(isLoopback, IpAddress.of(address).isLoopback());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        ''                     | empty
        '.'                    | a dot
        ':'                    | a colon
        192.0.2                | three octets
        192.0.2.1.             | dot at the end
        .192.0.2.1             | dot at the start
        192.0.2.1.5            | five octets
        192.0.2.256            | octet too large
        192.0.2.01             | leading zero
        192.0.2.0x1            | hexadecimal octet
        192.0..1               | empty octet
        '192.0.2.1 '           | space
        192.0.2.+1             | sign
        192.0.2.٣              | digit outside US-ASCII
        3221225985             | one number
        1.2.3.4:25             | a port
        1:2:3:4:5:6:7          | seven groups
        1:2:3:4:5:6:7:8:9      | nine groups
        1:2:3:4:5:6:7:8::      | gap for no group
        ::1:2:3:4:5:6:7:8      | gap for no group at the start
        1:2:3:4::5:6:7:8       | gap for no group in the middle
        1::2::3                | two gaps
        :::1                   | three colons
        1:::2                  | three colons in the middle
        ::1:                   | colon at the end
        :1::2                  | colon at the start
        12345::1               | five digits
        g::1                   | no hexadecimal digit
        ::１                   | full-width digit
        fe80::1%eth0           | zone
        [::1]                  | brackets
        IPv6:192.0.2.1         | tag of the other family
        IPv6:IPv6:::1          | two tags
        IPv6:                  | a tag alone
        ::1.2.3                | short quad
        1.2.3.4::              | quad at the start
        ::1.2.3.4:1            | quad in the middle
        1:2:3:4:5:6:7:1.2.3.4  | seven groups and a quad
        ::1/128                | prefix
        ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555 | too long
        localhost              | a name
        """)
    void refuses(String text, String why) {
        assertEquals(Optional.empty(), IpAddress.parse(text), why);
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        50.57.199.2          | 50.57.199.0          | 27  | true  | inside
        51.57.199.2          | 50.57.199.0          | 27  | false | outside
        192.0.2.31           | 192.0.2.0            | 27  | true  | last of the network
        192.0.2.32           | 192.0.2.0            | 27  | false | first after the network
        192.0.2.1            | 192.0.2.77           | 24  | true  | host bits of the network do not matter
        192.0.2.1            | 192.0.2.1            | 32  | true  | whole address
        192.0.2.0            | 192.0.2.1            | 32  | false | last bit
        192.0.2.1            | 255.255.255.255      | 0   | true  | prefix 0
        64.0.0.1             | 192.0.0.1            | 1   | false | first bit
        2001:a60:901e::2     | 2001:a60:901e::0     | 126 | true  | inside IPv6
        2001:a60:901e::4     | 2001:a60:901e::0     | 126 | false | outside IPv6
        2001:a60:901e::2:0   | 2001:a60:901e::0     | 95  | true  | second half
        2001:db8:0:1::1      | 2001:db8::           | 63  | true  | end of the first half
        2001:db8:0:1::1      | 2001:db8::           | 64  | false | the whole first half
        2001:db8::8000:0:0:1 | 2001:db8::           | 65  | false | first bit of the second half
        2001:db8::1          | 2001:db8::1          | 128 | true  | whole IPv6 address
        2001:db8::1          | 2001:db8::           | 128 | false | last bit of IPv6
        2001:db8::1          | ffff::               | 0   | true  | prefix 0 of IPv6
        192.0.2.1            | ::                   | 0   | false | IPv4 in an IPv6 network
        ::1                  | 0.0.0.0              | 0   | false | IPv6 in an IPv4 network
        ::ffff:192.0.2.1     | 192.0.2.0            | 24  | true  | mapped addresses are IPv4
        """)
    void knowsItsNetwork(String address, String network, int prefix, boolean expected, String why) {
        assertEquals(expected, IpAddress.of(address).inNetwork(IpAddress.of(network), prefix), why);
    }

    /** RFC 7208, section 5: what is written as IPv6 in a record is IPv6. */
    @ParameterizedTest
    @CsvSource({"::ffff:192.0.2.1, IPV6", "::192.0.2.1, IPV6", "192.0.2.1, IPV4"})
    void readsAsWritten(String text, IpAddress.Family family) {
        IpAddress address = IpAddress.asWritten(text).orElseThrow();
        assertEquals(family, address.family());
        assertEquals(address, IpAddress.asWritten(address.text()).orElseThrow());
        assertEquals(Optional.empty(), IpAddress.asWritten("IPv6:" + text));
    }

    @Test
    void familiesAreNotEqual() {
        assertNotEquals(IpAddress.of("0.0.0.1"), IpAddress.of("::1"));
        assertEquals(IpAddress.of("::ffff:192.0.2.1"), IpAddress.of("192.0.2.1"));
    }

    @Test
    void refusesWhatNoAddressCanBe() {
        assertThrows(
                IllegalArgumentException.class, () -> new IpAddress(IpAddress.Family.IPV4, 0, 0x1_0000_0000L), "bits");
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(IpAddress.Family.IPV4, 1, 0), "high bits");
        IpAddress address = IpAddress.of("192.0.2.1");
        assertThrows(IllegalArgumentException.class, () -> address.inNetwork(address, 33), "long prefix");
        assertThrows(IllegalArgumentException.class, () -> address.inNetwork(address, -1), "negative prefix");
        assertThrows(IllegalArgumentException.class, () -> IpAddress.of("localhost"), "a name");
    }

    @Test
    void agreesWithTheJdkOnRandomAddresses() throws UnknownHostException {
        Random random = new Random(5952);
        for (int i = 0; i < 5_000; i++) {
            byte[] octets = new byte[i % 2 == 0 ? 4 : 16];
            random.nextBytes(octets);
            for (int j = 0; j < octets.length; j += 2) {
                if (random.nextBoolean()) { // so that there are runs of zeros
                    octets[j] = 0;
                    octets[j + 1] = 0;
                }
            }
            InetAddress theirs = InetAddress.getByAddress(octets);
            IpAddress ours = IpAddress.of(theirs.getHostAddress());
            assertEquals(ours, IpAddress.of(ours.text()), theirs.getHostAddress());
            assertEquals(theirs, InetAddress.getByName(ours.text()), ours.text());
            assertEquals(theirs, InetAddress.getByAddress(ours.octets()), ours.text());
        }
    }

    @Test
    void neverThrowsOnGarbage() {
        Random random = new Random(4291);
        String alphabet = "0123456789abcdefF::::...%/ g";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(24); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Optional<IpAddress> parsed = IpAddress.parse(text.toString());
            parsed.ifPresent(address -> assertEquals(address, IpAddress.of(address.text()), text.toString()));
        }
        assertFalse(IpAddress.parse(":".repeat(100_000)).isPresent());
    }
}
