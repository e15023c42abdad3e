package org.dmarcmilter.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.domain.ListenAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static Settings settings(String text) throws ConfigException {
        return Settings.from(ConfigFile.parse(text.replace(";", "\n")));
    }

    @Test
    void defaults() throws ConfigException {
        assertEquals(
                new Settings(
                        new Settings.Identity(Optional.empty(), false, List.of(), false),
                        new Settings.Exemptions(false, Optional.empty(), List.of(), List.of()),
                        new Settings.Handling(
                                false,
                                "rejected by DMARC policy for %s",
                                false,
                                false,
                                false,
                                false,
                                Settings.OnTemporaryError.POLICY,
                                Settings.OnMissingResults.FAIL,
                                List.of(),
                                false,
                                Duration.ofSeconds(30)),
                        new Settings.Spf(false, false),
                        new Settings.Dkim(false),
                        new Settings.Arc(List.of(), Optional.empty()),
                        new Settings.Dns(
                                List.of(), Duration.ofSeconds(5), 20_000, false, Optional.empty(), Optional.empty()),
                        new Settings.Service(
                                ListenAddress.parse("inet:8893@127.0.0.1"),
                                Optional.empty(),
                                2_500,
                                1_048_576,
                                Optional.empty(),
                                Optional.empty()),
                        new Settings.Logging(false, "mail", "dmarc-milter", false, Settings.Details.FAILURES),
                        new Settings.History(Optional.empty(), false, false),
                        new Settings.FailureReports(
                                false,
                                false,
                                Optional.empty(),
                                Optional.empty(),
                                "/usr/sbin/sendmail -t -odq",
                                Optional.empty()),
                        new Settings.AggregateReports(
                                false,
                                new Settings.ReportSender("", "DMARC reports of ", "", "", "", ""),
                                false,
                                "/var/lib/dmarc-milter/reports",
                                new Settings.ReportJournal(2L << 30, Duration.ofDays(5), true),
                                new Settings.ReportPeriods(
                                        86_400,
                                        Duration.ofHours(4),
                                        Duration.ofHours(2),
                                        Duration.ofHours(48),
                                        Duration.ofHours(72)),
                                new Settings.ReportContent(
                                        10 << 20, 200_000, 20_000, 1, true, false, true, false, Optional.empty()),
                                new Settings.ReportDelivery(
                                        60,
                                        true,
                                        true,
                                        List.of(),
                                        Optional.of(new Settings.ReportSmtp(
                                                "127.0.0.1",
                                                25,
                                                Settings.SmtpTls.OPPORTUNISTIC,
                                                Optional.empty(),
                                                Optional.empty())),
                                        List.of(),
                                        Optional.empty()),
                                Duration.ofDays(180))),
                settings(""));
    }

    /** The path of each changed setting and its value. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        AuthservID mx.example.net             | {identity.authservId=Optional[mx.example.net], identity.trusted=[mx.example.net]}
        AuthservIDWithJobID yes               | {identity.withJobId=true}
        TrustedAuthservIDs a.example, b.example | {identity.trusted=[a.example, b.example]}
        IgnoreAuthenticatedClients yes        | {exemptions.authenticatedClients=true}
        IgnoreHosts /etc/ignore               | {exemptions.hostsFile=Optional[/etc/ignore]}
        IgnoreMailFrom a.example,b.example    | {exemptions.mailFrom=[a.example, b.example]}
        IgnoreMailTo a@example.com            | {exemptions.mailTo=[a@example.com]}
        RejectFailures yes                    | {handling.rejectFailures=true}
        RejectString no: %s                   | {handling.rejectText=no: %s}
        HoldQuarantinedMessages yes           | {handling.holdQuarantined=true}
        RequiredHeaders yes                   | {handling.requiredHeaders=true}
        RequiredFrom yes                      | {handling.requiredFrom=true}
        RejectMultiValueFrom yes              | {handling.rejectMultiValueFrom=true}
        OnTemporaryError tempfail             | {handling.onTemporaryError=TEMPFAIL}
        OnTemporaryError accept               | {handling.onTemporaryError=ACCEPT}
        OnTemporaryError POLICY               | {}
        CopyFailuresTo p@example.net          | {handling.copyFailuresTo=[p@example.net]}
        CopyFailuresTo a@b.example, P <c@d.example>, e | {handling.copyFailuresTo=[a@b.example, c@d.example, e]}
        SoftwareHeader yes                    | {handling.softwareHeader=true}
        MaxEvaluationTime 9                   | {handling.maxEvaluationTime=PT9S}
        SPFIgnoreResults yes                  | {spf.ignoreResults=true}
        SPFSelfValidate yes                   | {spf.selfValidate=true}
        DomainWhitelist a.example             | {arc.trustedSealers=[a.example]}
        DomainWhitelistFile /etc/sealers      | {arc.trustedSealersFile=Optional[/etc/sealers]}
        Nameservers 127.0.0.1:53, ::1         | {dns.nameservers=[127.0.0.1:53, ::1]}
        DNSTimeout 7                          | {dns.timeout=PT7S}
        DNSTimeout 31                         | {handling.maxEvaluationTime=PT31S, dns.timeout=PT31S}
        DNSTimeout 3600                       | {handling.maxEvaluationTime=PT1M, dns.timeout=PT1M}
        DNSTimeout 0                          | {handling.maxEvaluationTime=PT1M, dns.timeout=PT1M}
        DNSCacheSize 0                        | {dns.cacheSize=0}
        DMARCStandard RFC9989                 | {dns.treeWalk=true, aggregateReports.latest=true}
        DMARCStandard rfc7489                 | {}
        PublicSuffixList /usr/share/psl       | {dns.publicSuffixList=Optional[/usr/share/psl]}
        TestDNSData /tmp/dns                  | {dns.testData=Optional[/tmp/dns]}
        Socket local:/run/x.sock              | {service.socket=local:/run/x.sock}
        UMask 0002                            | {service.umask=Optional[2]}
        UMask 777                             | {service.umask=Optional[265]}
        UMask 700                             | {service.umask=Optional[188]}
        UMask 666                             | {service.umask=Optional[154]}
        MaxConnections 1                      | {service.maxConnections=1}
        MaxHeaderBytes 16384                  | {service.maxHeaderBytes=16384}
        MetricsSocket inet:9893@127.0.0.1     | {service.metricsSocket=Optional[inet:9893@127.0.0.1]}
        MetricsSocket inet:9893               | {service.metricsSocket=Optional[inet:9893@127.0.0.1]}
        MetricsSocket INET6:9893@::1          | {service.metricsSocket=Optional[inet6:9893@::1]}
        PidFile /run/x.pid                    | {service.pidFile=Optional[/run/x.pid]}
        Syslog yes                            | {logging.syslog=true}
        SyslogFacility LOCAL3                 | {logging.facility=local3}
        SyslogFacility security               | {logging.facility=auth}
        SyslogFacility nonsense               | {}
        SyslogIdentity opendmarc              | {logging.identity=opendmarc}
        MilterDebug 3                         | {logging.debug=true}
        MilterDebug 0                         | {}
        HistoryFile /var/x.dat                | {history.file=Optional[/var/x.dat]}
        RecordAllMessages yes                 | {history.recordAll=true}
        FailureReports yes                    | {failureReports.enabled=true}
        FailureReportsBcc b@example.net       | {failureReports.bcc=Optional[b@example.net]}
        FailureReportsOnNone yes              | {failureReports.onNone=true}
        FailureReportsSentBy f@example.net    | {failureReports.sentBy=Optional[f@example.net]}
        ReportCommand /bin/cat                | {failureReports.command=/bin/cat}
        NoReportsList /etc/no-reports         | {failureReports.noReportsList=Optional[/etc/no-reports]}
        ReportEmail r@Example.com             | {aggregateReports.sender=ReportSender[email=r@Example.com, name=DMARC reports of Example.com, organization=Example.com, submitter=example.com, contact=r@Example.com, extraContact=]}
        ReportFromName N                      | {aggregateReports.sender=ReportSender[email=, name=N, organization=, submitter=, contact=, extraContact=]}
        ReportOrg Example, Inc.               | {aggregateReports.sender=ReportSender[email=, name=DMARC reports of Example, Inc., organization=Example, Inc., submitter=, contact=, extraContact=]}
        ReportSubmitter MX.example.com        | {aggregateReports.sender=ReportSender[email=, name=DMARC reports of , organization=, submitter=mx.example.com, contact=, extraContact=]}
        ReportContact c@example.com           | {aggregateReports.sender=ReportSender[email=, name=DMARC reports of , organization=, submitter=, contact=c@example.com, extraContact=]}
        ReportExtraContact https://example.com | {aggregateReports.sender=ReportSender[email=, name=DMARC reports of , organization=, submitter=, contact=, extraContact=https://example.com]}
        ReportFormat rfc9990                  | {aggregateReports.latest=true}
        ReportFormat RFC7489                  | {}
        ReportStateDirectory /srv/r           | {aggregateReports.stateDirectory=/srv/r}
        ReportJournalMax 7m                   | {aggregateReports.journal=ReportJournal[maxOctets=7340032, keep=PT120H, sync=true]}
        ReportJournalMax 7                    | {aggregateReports.journal=ReportJournal[maxOctets=7, keep=PT120H, sync=true]}
        ReportJournalKeep 6d                  | {aggregateReports.journal=ReportJournal[maxOctets=2147483648, keep=PT144H, sync=true]}
        ReportJournalSync no                  | {aggregateReports.journal=ReportJournal[maxOctets=2147483648, keep=PT120H, sync=false]}
        ReportMinimumInterval 3600            | {aggregateReports.periods=ReportPeriods[minimumInterval=3600, spread=PT4H, grace=PT2H, lateLimit=PT48H, giveUp=PT72H]}
        ReportSpread 90                       | {aggregateReports.periods=ReportPeriods[minimumInterval=86400, spread=PT1M30S, grace=PT2H, lateLimit=PT48H, giveUp=PT72H]}
        ReportGrace 0                         | {aggregateReports.periods=ReportPeriods[minimumInterval=86400, spread=PT4H, grace=PT0S, lateLimit=PT48H, giveUp=PT72H]}
        ReportLateLimit 5M                    | {aggregateReports.periods=ReportPeriods[minimumInterval=86400, spread=PT4H, grace=PT2H, lateLimit=PT5M, giveUp=PT72H]}
        ReportGiveUp 2d                       | {aggregateReports.periods=ReportPeriods[minimumInterval=86400, spread=PT4H, grace=PT2H, lateLimit=PT48H, giveUp=PT48H]}
        ReportMaxSize 1k                      | {aggregateReports.content=ReportContent[maxSize=1024, maxRows=200000, maxFacts=20000, minimumMessages=1, validate=true, errorReports=false, publicSuffixes=true, envelopeTo=false, onlyDomainsFile=Optional.empty]}
        ReportMaxRows 100                     | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=100, maxFacts=20000, minimumMessages=1, validate=true, errorReports=false, publicSuffixes=true, envelopeTo=false, onlyDomainsFile=Optional.empty]}
        ReportMaxFacts 101                    | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=200000, maxFacts=101, minimumMessages=1, validate=true, errorReports=false, publicSuffixes=true, envelopeTo=false, onlyDomainsFile=Optional.empty]}
        ReportMinimumMessages 9               | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=200000, maxFacts=20000, minimumMessages=9, validate=true, errorReports=false, publicSuffixes=true, envelopeTo=false, onlyDomainsFile=Optional.empty]}
        ReportValidate no                     | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=200000, maxFacts=20000, minimumMessages=1, validate=false, errorReports=false, publicSuffixes=true, envelopeTo=false, onlyDomainsFile=Optional.empty]}
        ReportErrorReports yes                | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=200000, maxFacts=20000, minimumMessages=1, validate=true, errorReports=true, publicSuffixes=true, envelopeTo=false, onlyDomainsFile=Optional.empty]}
        ReportPublicSuffixes no               | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=200000, maxFacts=20000, minimumMessages=1, validate=true, errorReports=false, publicSuffixes=false, envelopeTo=false, onlyDomainsFile=Optional.empty]}
        ReportEnvelopeTo yes                  | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=200000, maxFacts=20000, minimumMessages=1, validate=true, errorReports=false, publicSuffixes=true, envelopeTo=true, onlyDomainsFile=Optional.empty]}
        ReportOnlyDomains /etc/only           | {aggregateReports.content=ReportContent[maxSize=10485760, maxRows=200000, maxFacts=20000, minimumMessages=1, validate=true, errorReports=false, publicSuffixes=true, envelopeTo=false, onlyDomainsFile=Optional[/etc/only]]}
        ReportExpire 9d                       | {aggregateReports.expire=PT216H}
        """)
    void eachOptionChangesItsSettingOnly(String line, String changed) throws ConfigException {
        Map<String, Object> before = flat(settings(""));
        Map<String, Object> after = flat(Settings.from(ConfigFile.parse(line)));
        after.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
        assertEquals(changed, after.toString());
    }

    @Test
    void reportsWhatIsAskedForWhereItHasAnAddress() throws ConfigException {
        assertTrue(settings("AggregateReports yes;ReportEmail r@example.com")
                .aggregateReports()
                .enabled());
    }

    /** What they say of the delivery of reports. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        ReportRate 7                          | rate=7
        ReportRecheck no                      | recheck=false
        ReportResendUnknown no                | resendUnknown=false
        ReportSuppressionZones a.example      | suppressionZones=[a.example]
        ReportTransport command               | smtp=Optional.empty
        ReportSMTPServer localhost            | host=localhost, port=25, tls=OPPORTUNISTIC
        ReportSMTPServer ::1                  | host=::1, port=25, tls=OPPORTUNISTIC
        ReportSMTPServer mail.example.com     | host=mail.example.com, port=25, tls=REQUIRED
        ReportSMTPServer 192.0.2.1            | host=192.0.2.1, port=25, tls=REQUIRED
        ReportSMTPPort 587                    | port=587
        ReportSMTPTLS implicit                | tls=IMPLICIT
        ReportSMTPTLS off                     | tls=OFF
        ReportSMTPUser u                      | user=Optional[u]
        ReportSMTPPasswordFile /etc/secret    | passwordFile=Optional[/etc/secret]
        ReportBcc a@b.example,c@d.example     | bcc=[a@b.example, c@d.example]
        ReportArchive /srv/sent               | archive=Optional[/srv/sent]
        """)
    void saysHowReportsAreSent(String line, String changed) throws ConfigException {
        String delivery = Settings.from(ConfigFile.parse(line))
                .aggregateReports()
                .delivery()
                .toString();
        assertTrue(delivery.contains(changed), delivery);
        assertFalse(settings("").aggregateReports().delivery().toString().contains(changed), changed);
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void optionsThatTheLauncherOrNobodyActsOnChangeNothing(Option option) throws ConfigException {
        if (option.effect() != Option.Effect.WORKS) {
            String value = option.type() == Option.Type.BOOLEAN
                    ? "yes"
                    : option.example().orElse("7");
            assertEquals(settings(""), settings(option.label() + " " + value));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        Syslog on                             | Write true or false.
        DNSTimeout soon                       | Write a whole number, 0 or greater.
        MilterDebug -1                        | Write a whole number, 0 or greater.
        IgnoreMailFrom ,                      | The list has no items. Write some, or remove the line.
        MaxEvaluationTime 0                   | Write 1 to 240 (seconds).
        MaxEvaluationTime 241                 | Write 1 to 240 (seconds).
        MaxConnections 0                      | Write 1 or more.
        MaxHeaderBytes 16383                  | Write 16384 or more.
        DMARCStandard rfc9999                 | Write one of rfc7489, rfc9989.
        OnTemporaryError reject               | Write one of policy, accept, tempfail.
        RejectString %s and %s                | Write %s once at most.
        CopyFailuresTo p@b\u00fccher.example  | Write addresses in US-ASCII with commas between them.
        ReportBcc a@b.example, postmaster     | Write one address, USER@DOMAIN, without name and angle brackets.
        ReportBcc a@[192.0.2.1]               | Write one address, USER@DOMAIN, without name and angle brackets.
        MetricsSocket nonsense                | Write inet:PORT@HOST, for example inet:9893@127.0.0.1.
        MetricsSocket local:/run/x.sock       | Write inet:PORT@HOST, for example inet:9893@127.0.0.1.
        MetricsSocket inet:65536              | Write inet:PORT@HOST, for example inet:9893@127.0.0.1.
        MetricsSocket inet:9893@              | Write inet:PORT@HOST, for example inet:9893@127.0.0.1.
        AutoRestartRate often                 | Write a number and a time, such as 10/1h.
        AutoRestartRate 1/1w                  | Write a number and a time, such as 10/1h.
        AutoRestartRate /1h                   | Write a number and a time, such as 10/1h.
        """)
    void bounds(String line, String remedy) {
        ConfigException e = assertThrows(ConfigException.class, () -> settings("Syslog yes;" + line));
        String option = line.split(" ", 2)[0];
        assertTrue(e.getMessage().startsWith("-:2: " + option + ": illegal value "), e.getMessage());
        assertTrue(e.getMessage().endsWith(". " + remedy), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MaxEvaluationTime 1",
                "MaxEvaluationTime 240",
                "DNSTimeout 60",
                "UMask 0777",
                "RejectString 100% sure",
                "RejectString %s",
                "DNSCacheSize 2147483647",
                "AutoRestartRate 10/1h",
                "AutoRestartRate 0/60",
                "AutoRestartRate 3/2D"
            })
    void bounded(String line) {
        assertDoesNotThrow(() -> settings(line));
    }

    @Test
    void aSocketThatIsNoneIsToldInItsOwnWords() {
        ConfigException e = assertThrows(ConfigException.class, () -> settings("Syslog yes;Socket inet:x@localhost"));
        assertEquals(
                "-:2: Socket: 'inet:x@localhost' is not a socket: the port 'x' is not a number from 0 to"
                        + " 65535. Write inet:PORT@HOST, inet6:PORT@HOST or local:PATH, for example inet:8893@127.0.0.1",
                e.getMessage());
    }

    @ParameterizedTest(name = "{1}, {2}: {0}")
    @CsvSource(delimiter = '|', textBlock = """
        AuthservID a.x                           | a.x | [a.x]
        AuthservID a.x,b.x                       | a.x | [a.x, b.x]
        AuthservID a.x, b.x                      | a.x | [a.x, b.x]
        AuthservID a.x b.x                       | a.x | [a.x, b.x]
        AuthservID a.x b.x, c.x                  | a.x | [a.x, b.x, c.x]
        AuthservID ,a.x                          | a.x | [a.x]
        AuthservID a.x,b.x;TrustedAuthservIDs c.x | a.x | [c.x]
        TrustedAuthservIDs c.x                   | -   | [c.x]
        ''                                       | -   | []
        """)
    void authservIds(String text, String own, String trusted) throws ConfigException {
        Settings.Identity identity = settings(text).identity();
        assertEquals(own, identity.authservId().orElse("-"));
        assertEquals(trusted, identity.trusted().toString());
    }

    /** As it is: a new installation checks SPF itself and leaves its own users alone. */
    @Test
    void theSampleFileLoads() throws IOException, ConfigException {
        ConfigFile sample = ConfigFile.parse(Files.readString(Path.of("config", "dmarc-milter.conf")));
        assertEquals(
                Set.of(Option.SOCKET, Option.SPF_SELF_VALIDATE, Option.IGNORE_AUTHENTICATED_CLIENTS),
                Set.copyOf(sample.options()));
        assertEquals(settings("SPFSelfValidate true;IgnoreAuthenticatedClients true"), Settings.from(sample));
    }

    /** With one line of it changed nothing is needed in front of us, and nothing is wrong with the rest. */
    @Test
    void theSampleFileBecomesThatOfTheOnlyFilter() throws IOException, ConfigException {
        String sample = Files.readString(Path.of("config", "dmarc-milter.conf"));
        String changed = sample.replace("\n# DKIMSelfValidate false\n", "\nDKIMSelfValidate true\n");
        Findings findings = new Findings();
        Settings settings = Settings.from(ConfigFile.parse("dmarc-milter.conf", changed, Overrides.NONE, findings));
        assertTrue(settings.dkim().selfValidate());
        assertTrue(settings.spf().selfValidate());
        assertEquals(List.of(), findings.mistakes());
        assertEquals(List.of(), findings.warnings());
    }

    @Test
    void debiansFileLoads() throws IOException, ConfigException {
        ConfigFile file = ConfigFile.parse(resource("opendmarc-debian.conf"));
        Settings settings = Settings.from(file);
        assertEquals(
                "local:/run/opendmarc/opendmarc.sock",
                settings.service().socket().toString());
        assertEquals(
                Optional.of("/run/opendmarc/opendmarc.pid"), settings.service().pidFile());
        assertEquals(Optional.of(2), settings.service().umask());
        assertEquals(
                Optional.of("/usr/share/publicsuffix/public_suffix_list.dat"),
                settings.dns().publicSuffixList());
        assertTrue(settings.logging().syslog());
        assertEquals(Optional.of("opendmarc"), file.text(Option.USER_ID));
    }

    @Test
    void whoVerifiesDkim() throws ConfigException {
        assertEquals(new Settings.Dkim(true), settings("DKIMSelfValidate yes").dkim());
        assertEquals(new Settings.Dkim(false), settings("").dkim());
    }

    @Test
    void epelsFileLoads() throws IOException, ConfigException {
        ConfigFile file = ConfigFile.parse(resource("opendmarc-epel.conf"));
        Settings settings = Settings.from(file);
        assertEquals(
                "local:/run/opendmarc/opendmarc.sock",
                settings.service().socket().toString());
        assertEquals(new Settings.Spf(true, true), settings.spf());
        assertEquals(Optional.empty(), settings.identity().authservId());
        assertTrue(settings.handling().softwareHeader());
        assertTrue(settings.logging().syslog());
        assertEquals(Optional.of(7), settings.service().umask());
        assertEquals(Optional.of("opendmarc:mail"), file.text(Option.USER_ID));
    }

    /** Each commented example of the packages' files is an option too; lines of prose begin with two number signs. */
    @ParameterizedTest
    @ValueSource(strings = {"opendmarc-debian.conf", "opendmarc-epel.conf"})
    void eachExampleOfThePackagesFilesIsAnOption(String name) throws IOException {
        resource(name)
                .lines()
                .filter(line -> line.matches("# [A-Z][A-Za-z]+ \\S+( \\S+)?"))
                .map(line -> line.substring(2).split(" ")[0])
                .forEach(option -> assertTrue(Option.named(option).isPresent(), option));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = SettingsTest.class.getResourceAsStream("/config/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static Map<String, Object> flat(Settings settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        try {
            for (RecordComponent topic : Settings.class.getRecordComponents()) {
                Object part = topic.getAccessor().invoke(settings);
                for (RecordComponent component : part.getClass().getRecordComponents()) {
                    values.put(
                            topic.getName() + "." + component.getName(),
                            component.getAccessor().invoke(part));
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
        return values;
    }
}
