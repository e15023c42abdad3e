package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dmarc.TreeWalkDiscovery;
import org.dmarcmilter.dns.CachingDnsClient;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.DnsjavaClient;
import org.dmarcmilter.dns.TestDnsServer;
import org.dmarcmilter.domain.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration comes to, the first time and at a reload. */
class AssemblyTest {
    private static final String OTHERS_ADDRESS = "Nameservers 127.0.0.2:53";

    @TempDir
    private Path directory;

    private final List<DnsjavaClient> started = new ArrayList<>();
    private final Assembly assembly = new Assembly(this::start);
    private TestDnsServer dns;
    private String server = "";

    private DnsjavaClient start(List<InetSocketAddress> servers, Duration timeout) {
        DnsjavaClient client = new DnsjavaClient(servers, timeout);
        started.add(client);
        return client;
    }

    @BeforeEach
    void startServer() {
        dns = TestDnsServer.start("_dmarc.example.com. 300 IN TXT \"v=DMARC1; p=reject\"\n");
        server = "Nameservers 127.0.0.1:" + dns.address().getPort();
    }

    @AfterEach
    void stop() {
        started.forEach(DnsjavaClient::close);
        dns.close();
    }

    private Assembled assemble(String... lines) throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("test.conf"), String.join("\n", lines) + "\n");
        return assembly.assemble(
                Configuration.load(Optional.of(file.toString()), InputStream.nullInputStream(), Overrides.NONE));
    }

    /** The cache and the servers of that configuration. */
    private CachingDnsClient dnsOf(String... lines) throws IOException, ConfigException {
        assemble(lines);
        return assembly.dnsClient().orElseThrow();
    }

    private String list(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static DnsAnswer ask(DnsClient client) {
        return client.query(DnsQuestion.txt("_dmarc.example.com"))
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # added by the reload    | kept  | why
                                 | true  | nothing has changed
        RejectFailures true      | true  | an option that has nothing to do with the DNS
        DMARCStandard rfc9989    | true  | another way to find records, from the same servers
        DNSTimeout 7             | false | another timeout
        DNSCacheSize 50          | false | another cache
        Nameservers 127.0.0.2    | false | other servers
        """)
    void theDnsClientStaysWhileItsSettingsDo(String added, boolean kept, String why) throws Exception {
        CachingDnsClient old = dnsOf(server);
        assertEquals(new DnsAnswer.Found(List.of("v=DMARC1; p=reject")), ask(old));
        CachingDnsClient young = dnsOf(server, added == null ? "" : added);
        assertEquals(kept, old == young, why);
        assertEquals(1, started.size(), "one thread for all of them");
        assertEquals(new DnsAnswer.Found(List.of("v=DMARC1; p=reject")), ask(old), "older connections still ask it");
        started.get(0).close();
        assertEquals(new DnsAnswer.Unavailable("DNS client closed", true), lastAnswer(young), "it shares the thread");
    }

    /** Past the cache. */
    private static DnsAnswer lastAnswer(DnsClient client) {
        return client.query(DnsQuestion.txt("never-asked.example"))
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void testDataStandsInFrontOfTheSameClient() throws Exception {
        CachingDnsClient network = dnsOf(server);
        String zone = list("zone", "_dmarc.example.com v=DMARC1; p=none\n");
        DnsClient fake = assemble(server, "TestDNSData " + zone).rules().dns();
        assertEquals(new DnsAnswer.Found(List.of("v=DMARC1; p=none")), ask(fake));
        assertSame(network, assembly.dnsClient().orElseThrow());
        assertSame(network, dnsOf(server));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # line                         | message                                               | why
        IgnoreHosts MISSING            | FILE:3: IgnoreHosts: cannot read MISSING: No such file or directory. Create it, or correct the path. | hosts
        IgnoreHosts BAD                | BAD:1: IgnoreHosts:  | not a network
        DomainWhitelistFile MISSING    | FILE:3: DomainWhitelistFile: cannot read MISSING: No such | sealers
        NoReportsList MISSING          | FILE:3: NoReportsList: cannot read MISSING: No such | addresses
        TestDNSData MISSING            | FILE:3: TestDNSData: cannot read MISSING: No such | records
        Nameservers nonsense           | FILE:3: Nameservers:  | servers
        """)
    void aMistakeLeavesEverythingAsItWas(String line, String message, String why) throws Exception {
        CachingDnsClient before = dnsOf(server);
        String missing = directory.resolve("missing").toString();
        String bad = list("bad", "192.0.2.0/99\n");
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> assemble(
                        "DNSTimeout 7",
                        OTHERS_ADDRESS,
                        line.replace("MISSING", missing).replace("BAD", bad)));
        String expected = message.replace("MISSING", missing)
                .replace("BAD", bad)
                .replace("FILE", directory.resolve("test.conf").toString());
        assertTrue(e.getMessage().startsWith(expected), e.getMessage());
        assertSame(before, assembly.dnsClient().orElseThrow(), why);
        assertSame(before, dnsOf(server), "a reload without the mistake finds all of it");
        assertEquals(1, started.size());
    }

    @Test
    void opensTheLists() throws Exception {
        Assembled assembled = assemble(
                server,
                "IgnoreHosts " + list("hosts", "# ours\n192.0.2.0/24\n"),
                "DomainWhitelist One.example",
                "DomainWhitelistFile " + list("sealers", "Two.example a remark\n"),
                "NoReportsList " + list("noreports", "nobody@quiet.example\n"),
                "FailureReports true",
                "FailureReportsBcc archive@our.example",
                "ReportCommand /bin/true");
        assertTrue(assembled.rules().ignoreHosts().ignores("client.example", Optional.of(IpAddress.of("192.0.2.7"))));
        assertEquals(Set.of("one.example", "two.example"), assembled.rules().trustedSealers());
        assertTrue(assembled.reports().enabled());
        assertEquals(Optional.of("archive@our.example"), assembled.reports().bcc());
        assertEquals("/bin/true", assembled.reports().command());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"rfc7489, false", "rfc9989, true"})
    void theStandardSaysHowRecordsAreFound(String standard, boolean treeWalk) throws Exception {
        Assembled assembled = assemble(server, "DMARCStandard " + standard);
        assertEquals(
                treeWalk ? TreeWalkDiscovery.class : SuffixListDiscovery.class,
                assembled.discovery().getClass());
    }

    /** A message that is tried again must be sampled as before, also after a reload. */
    @Test
    void theChoiceOfSamplesSurvivesAReload() throws Exception {
        assertEquals(
                assemble(server).rules().samplingSalt(),
                assemble(server).rules().samplingSalt());
    }
}
