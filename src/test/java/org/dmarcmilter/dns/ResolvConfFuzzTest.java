package org.dmarcmilter.dns;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * No text makes {@link ResolvConf#parse} throw, {@link ResolvConf#parseNameservers} throws only what it says, and reads
 * what {@link ResolvConf#text} writes. To search for exceptions:
 *
 * <pre>{@code JAZZER_FUZZ=1 mvn test -Dtest=ResolvConfFuzzTest}</pre>
 */
class ResolvConfFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void readsAnything(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        check(ResolvConf.parse(text));
        check(ResolvConf.parse("nameserver " + text));
        try {
            check(ResolvConf.parseNameservers(text));
        } catch (IllegalArgumentException e) {
            if (!e.getMessage().contains("address of a DNS server")) {
                throw e;
            }
        }
    }

    private static void check(List<InetSocketAddress> servers) {
        String text = servers.stream().map(ResolvConf::text).collect(Collectors.joining(","));
        if (servers.isEmpty() || !servers.equals(ResolvConf.parseNameservers(text))) {
            throw new AssertionError("not read back: " + text);
        }
    }
}
