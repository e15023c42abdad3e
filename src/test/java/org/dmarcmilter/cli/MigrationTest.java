package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.daemon.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationTest {
    private static List<String> report(String text) throws ConfigException {
        return new Migration(Configuration.load(
                        Optional.of("-"), new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII))))
                .report();
    }

    @Test
    void oneLineForEachOptionInTheOrderOfTheFile() throws ConfigException {
        assertEquals(
                List.of(
                        "-: line 1: Socket is taken over",
                        "-: line 3: Userid is taken over by the launcher script: the launcher script drops to this user",
                        "-: line 4: DNSTimeout acts differently: it works (OpenDMARC never reads it)",
                        "-: line 5: AutoRestart is taken over by the launcher script: the launcher script starts the daemon"
                                + " again; under systemd (Type=notify) Restart= does",
                        "-: line 6: SPFSelfValidate acts differently: the check follows RFC 7208 and writes the words of RFC 8601"),
                report("Socket inet:1\n# x\nUserID x\nDNSTimeout 5\nAutoRestart no\nspfselfvalidate yes\n"));
    }

    @Test
    void notesThatSpfNeedsAnotherChecker() throws ConfigException {
        List<String> lines = report("");
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).startsWith("-: note: SPFSelfValidate is off: "), lines.get(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        mail     | is taken over
        LOCAL3   | is taken over
        security | is taken over
        mial     | names no facility of syslog(3), mail is used
        """)
    void saysThatAFacilityIsUnknown(String facility, String remark) throws ConfigException {
        assertEquals(
                "-: line 1: SyslogFacility " + remark,
                report("SyslogFacility " + facility + "\n").get(0));
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void knowsWhatToSayOfEachOption(Option option) throws ConfigException {
        String value = switch (option) {
            case ON_TEMPORARY_ERROR -> "accept";
            case DMARC_STANDARD -> "rfc7489";
            case MAX_HEADER_BYTES -> "20000";
            default -> option.type() == Option.Type.BOOLEAN ? "yes" : option.type() == Option.Type.INTEGER ? "7" : "x";
        };
        String line = report(option.label() + " " + value).get(0);
        assertTrue(line.startsWith("-: line 1: " + option.label() + " "), line);
        assertEquals(option.effect() == Option.Effect.IGNORED, line.contains(" is ignored: "), line);
        assertEquals(option.effect() == Option.Effect.LAUNCHER, line.contains(" launcher script: "), line);
    }
}
