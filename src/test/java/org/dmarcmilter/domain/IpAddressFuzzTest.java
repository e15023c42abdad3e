package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=IpAddressFuzzTest} looks for new inputs. */
class IpAddressFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void parse(byte[] bytes) throws UnknownHostException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Optional<IpAddress> address = IpAddress.parse(text);
        Optional<IpAddress> written = IpAddress.asWritten(text);
        assertTrue(written.isEmpty() || address.isPresent());
        if (address.isPresent()) {
            assertEquals(address, IpAddress.parse(address.get().text()), "reads what it writes");
            InetAddress theirs =
                    InetAddress.getByName(text.toLowerCase(Locale.ROOT).startsWith("ipv6:") ? text.substring(5) : text);
            assertEquals(theirs, InetAddress.getByAddress(address.get().octets()), "as Java reads it");
        }
        ListenAddress socket;
        try {
            socket = ListenAddress.parse(text);
        } catch (IllegalArgumentException mistake) {
            return;
        }
        assertEquals(socket, ListenAddress.parse(socket.toString()));
    }
}
