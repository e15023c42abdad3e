package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenAddressTest {
    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # text                     | is                          | why
            inet:8893                  | inet:8893                   | all IPv4 interfaces
            inet6:8893                 | inet6:8893                  | all IPv6 interfaces
            inet:8893@127.0.0.1        | inet:8893@127.0.0.1         | libmilter
            inet:8893@localhost        | inet:8893@localhost         | a name
            inet6:8893@::1             | inet6:8893@::1              | IPv6
            inet6:8893@[::1]           | inet6:8893@::1              | IPv6 in brackets
            INET:8893@localhost        | inet:8893@localhost         | case
            inet:127.0.0.1:8893        | inet:8893@127.0.0.1         | Postfix
            inet:localhost:8893        | inet:8893@localhost         | Postfix with a name
            inet:[::1]:8893            | inet6:8893@::1              | Postfix with IPv6
            inet:8893@::1              | inet6:8893@::1              | an IPv6 address says what it is
            inet:8893@::ffff:127.0.0.1 | inet:8893@127.0.0.1         | an IPv4 address in IPv6
            inet6:8893@0:0:0:0:0:0:0:1 | inet6:8893@::1              | one way to write an address
            inet6:8893@fe80::1%eth0    | inet6:8893@fe80::1%eth0     | with a scope
            inet:0@127.0.0.1           | inet:0@127.0.0.1            | the system chooses the port
            inet:65535                 | inet:65535                  | largest port
            local:/run/x/s.sock        | local:/run/x/s.sock         | libmilter
            unix:/run/x/s.sock         | local:/run/x/s.sock         | its other name
            unix:run/s.sock            | local:run/s.sock            | relative, as Postfix writes it
            /run/x/s.sock              | local:/run/x/s.sock         | bare path
            /run/a:b                   | local:/run/a:b              | bare path with a colon
            ./a:b                      | local:./a:b                 | relative path with a colon
            s.sock                     | local:s.sock                | bare name
            """)
    void reads(String text, String canonical, String why) {
        ListenAddress address = ListenAddress.parse(text);
        assertEquals(canonical, address.toString(), why);
        assertEquals(address, ListenAddress.parse(canonical), "reads what it prints");
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""                       | the path is missing
            local:                   | the path is missing
            inet:                    | port '' is not a number
            inet:smtp@localhost      | port 'smtp' is not a number
            inet:65536               | port '65536' is not a number from 0 to 65535
            inet:-1                  | port '-1'
            inet:99999999999         | port '99999999999'
            inet:8893@               | the host is missing
            inet::8893               | the host is missing
            inet:localhost           | port 'localhost'
            inet:8893@a b            | the host is not a name
            inet:8893@a@b            | the host is not a name
            tcp:8893                 | none of inet, inet6, local, unix
            8893:localhost           | none of inet, inet6, local, unix
            """)
    void tellsWhatIsWrong(String text, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> ListenAddress.parse(text))
                .getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.contains("for example inet:8893@127.0.0.1"), message);
    }
}
