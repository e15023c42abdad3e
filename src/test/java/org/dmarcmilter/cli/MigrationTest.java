package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.config.Topic;
import org.dmarcmilter.daemon.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationTest {
    private static List<String> report(String text) throws ConfigException {
        return new Migration(Configuration.load(
                        Optional.of("-"),
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)),
                        Overrides.NONE))
                .report();
    }

    @Test
    void oneLineForEachOptionInTheOrderOfTheFile() throws ConfigException {
        assertEquals(
                List.of(
                        "-:1: Socket inet:1 is taken over",
                        "-:3: Userid x is taken over by the launcher script: the launcher script drops to this user",
                        "-:4: DNSTimeout 5 acts differently: it works (OpenDMARC never reads it)",
                        "-:5: AutoRestart false is taken over by the launcher script: the launcher script starts the daemon"
                                + " again; under systemd (Type=notify) Restart= does",
                        "-:6: SPFSelfValidate true acts differently: the check follows RFC 7208 and writes the words of RFC 8601",
                        "listening: inet:1",
                        "believed: the MTA's own name (macro j)",
                        "-: no mistakes, no warnings: the daemon starts with it"),
                report("Socket inet:1\n# x\nUserID x\nDNSTimeout 5\nAutoRestart no\nspfselfvalidate yes\n"));
    }

    @Test
    void notesThatSpfNeedsAnotherChecker() throws ConfigException {
        List<String> lines = report("");
        assertTrue(lines.get(0).startsWith("-: note: SPFSelfValidate is off: "), lines.get(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        mail     | mail is taken over
        LOCAL3   | local3 is taken over
        security | auth is taken over
        mial     | mail is taken over
        """)
    void saysWhichFacilityItIs(String facility, String remark) throws ConfigException {
        assertEquals(
                "-:1: SyslogFacility " + remark,
                report("SyslogFacility " + facility + "\n").get(0));
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void knowsWhatToSayOfEachOption(Option option) throws ConfigException {
        String value = switch (option) {
            case ON_TEMPORARY_ERROR, ON_MISSING_RESULTS -> "accept";
            case DMARC_STANDARD -> "rfc7489";
            case LOG_DETAILS -> "all";
            case MAX_HEADER_BYTES -> "20000";
            case METRICS_SOCKET -> "inet:1@127.0.0.1";
            case AUTO_RESTART_RATE -> "10/1h";
            case IGNORE_HOSTS, DOMAIN_WHITELIST_FILE, PUBLIC_SUFFIX_LIST, TEST_DNS_DATA, NO_REPORTS_LIST -> "/dev/null";
            case NAMESERVERS -> "192.0.2.53";
            case AGGREGATE_REPORTS -> "no"; // by itself it is a mistake
            case REPORT_ONLY_DOMAINS, REPORT_SMTP_PASSWORD_FILE -> "/dev/null";
            default -> {
                if (option.topic() == Topic.REPORTS) {
                    yield option.example().orElseGet(option::defaultText);
                }
                yield option.type() == Option.Type.BOOLEAN ? "yes" : option.type() == Option.Type.INTEGER ? "7" : "x";
            }
        };
        String line = report(option.label() + " " + value).get(0);
        assertTrue(line.startsWith("-:1: " + option.label() + " "), line);
        assertEquals(option.effect() == Option.Effect.IGNORED, line.contains(" is ignored: "), line);
        assertEquals(option.effect() == Option.Effect.LAUNCHER, line.contains(" launcher script: "), line);
    }
}
