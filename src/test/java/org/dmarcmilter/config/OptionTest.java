package org.dmarcmilter.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.config.Option.Effect;
import org.dmarcmilter.config.Option.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionTest {
    /** Every option of OpenDMARC 1.4.2, of its Debian package and of its development branch. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        AuthservID                 | LIST
        AuthservIDWithJobID        | BOOLEAN
        AutoRestart                | BOOLEAN
        AutoRestartCount           | INTEGER
        AutoRestartRate            | STRING
        Background                 | BOOLEAN
        BaseDirectory              | STRING
        ChangeRootDirectory        | STRING
        CopyFailuresTo             | LIST
        DNSTimeout                 | INTEGER
        DomainWhitelist            | LIST
        DomainWhitelistFile        | STRING
        DomainWhitelistSize        | INTEGER
        EnableCoredumps            | BOOLEAN
        EnableCoreDumps            | BOOLEAN
        FailureReports             | BOOLEAN
        FailureReportsBcc          | LIST
        FailureReportsOnNone       | BOOLEAN
        FailureReportsSentBy       | STRING
        HistoryFile                | STRING
        HoldQuarantinedMessages    | BOOLEAN
        IgnoreAuthenticatedClients | BOOLEAN
        IgnoreHosts                | STRING
        IgnoreMailFrom             | LIST
        IgnoreMailTo               | LIST
        MilterDebug                | INTEGER
        NoReportsList              | STRING
        PidFile                    | STRING
        PublicSuffixList           | STRING
        RecordAllMessages          | BOOLEAN
        RejectFailures             | BOOLEAN
        RejectMultiValueFrom       | BOOLEAN
        RejectString               | STRING
        ReportCommand              | STRING
        RequiredFrom               | BOOLEAN
        RequiredHeaders            | BOOLEAN
        Socket                     | STRING
        SoftwareHeader             | BOOLEAN
        SPFIgnoreResults           | BOOLEAN
        SPFSelfValidate            | BOOLEAN
        Syslog                     | BOOLEAN
        SyslogFacility             | STRING
        TestDNSData                | STRING
        TrustedAuthservIDs         | LIST
        UMask                      | INTEGER
        Userid                     | STRING
        UserID                     | STRING
        DMARCbisWalkMode           | STRING
        DMARCbisWalkModeFallback   | STRING
        DMARCbisIgnorePct          | BOOLEAN
        LogSPFDNS                  | BOOLEAN
        ReadCanonicalizedData      | BOOLEAN
        """)
    void knowsEveryOptionOfOpenDmarc(String name, Type type) {
        assertEquals(Optional.of(type), Option.named(name).map(Option::type));
        assertEquals(Option.named(name), Option.named(name.toUpperCase(Locale.ROOT)));
        assertEquals(Option.named(name), Option.named(name.toLowerCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Nameservers",
                "DNSCacheSize",
                "DMARCStandard",
                "OnTemporaryError",
                "MetricsSocket",
                "MaxConnections",
                "MaxHeaderBytes",
                "MaxEvaluationTime"
            })
    void knowsOurOwn(String name) {
        assertEquals(Effect.WORKS, Option.named(name).orElseThrow().effect());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "ForensicReports", "TemporaryDirectory", "SocketX", "Socket ", "\u0130gnoreHosts"})
    void knowsNoOthers(String name) {
        assertEquals(Optional.empty(), Option.named(name));
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void tellsWhatToDoInsteadWhereItDoesNotAct(Option option) {
        assertEquals(option.effect() == Effect.WORKS, option.advice().isEmpty());
        assertFalse(option.label().isBlank());
        assertFalse(option.defaultText().isBlank());
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void saysWhatItMeansWhereItActs(Option option) {
        assertEquals(option.effect() == Effect.IGNORED, option.meaning().isEmpty());
        assertEquals(option.effect() == Effect.IGNORED, option.topic() == Topic.OPENDMARC);
        assertTrue(option.meaning().isEmpty() || option.meaning().endsWith("."), option.meaning());
        assertTrue(option.meaning().chars().allMatch(c -> c >= ' ' && c <= '~' && c != '|'), option.meaning());
    }

    /** A default that the table gives as a value changes nothing when it is written down. */
    @ParameterizedTest
    @MethodSource
    void aDefaultIsWhatTheProgramDoes(Option option) throws ConfigException {
        assertEquals(settings(""), settings(option.label() + " " + option.defaultText()));
    }

    /** An example can be used as it stands, and is not the default in other words. */
    @ParameterizedTest
    @MethodSource
    void anExampleDoesSomething(Option option) throws ConfigException {
        Settings shown = settings(option.label() + " " + option.example().orElseThrow());
        assertEquals(option.effect() == Effect.WORKS, !shown.equals(settings("")));
    }

    static Stream<Option> aDefaultIsWhatTheProgramDoes() {
        return Arrays.stream(Option.values()).filter(option -> option.example().isEmpty());
    }

    static Stream<Option> anExampleDoesSomething() {
        return Arrays.stream(Option.values()).filter(option -> option.example().isPresent());
    }

    private static Settings settings(String text) throws ConfigException {
        return Settings.from(ConfigFile.parse(text));
    }

    @Test
    void booleanDefaultsAreBooleans() {
        for (Option option : Option.values()) {
            if (option.type() == Type.BOOLEAN) {
                assertTrue(option.defaultText().matches("true|false"), option::label);
            }
        }
    }
}
