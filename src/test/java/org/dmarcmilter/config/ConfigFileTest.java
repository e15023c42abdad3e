package org.dmarcmilter.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    @ParameterizedTest
    @CsvSource({
        "true, true",
        "True, true",
        "t, true",
        "TRUE, true",
        "yes, true",
        "y, true",
        "1, true",
        "10, true",
        "yonder, true",
        "false, false",
        "F, false",
        "no, false",
        "N, false",
        "0, false",
        "07, false",
        "never, false"
    })
    void booleansCountByTheirFirstLetter(String value, boolean expected) throws ConfigException {
        assertEquals(expected, ConfigFile.parse("Syslog " + value).flag(Option.SYSLOG));
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off", "2", "-1", "enabled", "disabled", "\"true\"", "?"})
    void otherBooleansAreIllegal(String value) {
        assertEquals(
                "-:1: Syslog: illegal value " + ConfigLexer.printable(value) + ". Write true or false.",
                assertThrows(ConfigException.class, () -> ConfigFile.parse("Syslog " + value))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "10, 10", "010, 8", "002, 2", "0002, 2", "0x10, 16", "0X1f, 31", "+5, 5", "00, 0"})
    void integersAreReadAsInC(String value, int expected) throws ConfigException {
        assertEquals(Optional.of(expected), ConfigFile.parse("UMask " + value).number(Option.UMASK));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5x", "5 6", "five", "09", "-1", "99999999999", "0x", "1.5", "5s", "--5"})
    void otherIntegersAreIllegal(String value) {
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse("\nDNSTimeout " + value));
        assertTrue(e.getMessage().startsWith("-:2: DNSTimeout: illegal value \"" + value + "\". "), e.getMessage());
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        a.example                    | [a.example]                       | one item
        a.example,b.example          | [a.example, b.example]            | two items
        ' a.example , b.example '    | [a.example, b.example]            | white space around items
        a.example x,b.example y z    | [a.example, x, b.example, y, z]   | white space separates like commas
        a.example,,b.example,        | [a.example, b.example]            | empty items between others
        a.example b.example          | [a.example, b.example]            | two items without a comma
        """)
    void lists(String value, String items, String why) throws ConfigException {
        assertEquals(
                items,
                ConfigFile.parse("IgnoreMailFrom " + value)
                        .list(Option.IGNORE_MAIL_FROM)
                        .toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {",", " , ,", ",,,,"})
    void aListWithoutItemsIsAnErrorNotACrash(String value) {
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse("DomainWhitelist " + value));
        assertTrue(e.getMessage().startsWith("-:1: DomainWhitelist: illegal value"), e.getMessage());
    }

    @Test
    void theLastLineWinsWhateverItsCase() throws ConfigException {
        ConfigFile file = ConfigFile.parse("Socket inet:1\nUserID a\nSOCKET inet:2\nUserid b\nsocket inet:3\n");
        assertEquals(Optional.of("inet:3"), file.text(Option.SOCKET));
        assertEquals("-:5", file.written(Option.SOCKET).place());
        assertEquals(Optional.of("b"), file.text(Option.USER_ID));
        assertEquals(List.of(Option.USER_ID, Option.SOCKET), file.options(), "in the order of the file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Sockets", "ForensicReports", "ForensicReportsBcc", "TemporaryDirectory", "Include", "[section]"
            })
    void unknownParametersEndTheStart(String name) {
        ConfigException e = assertThrows(
                ConfigException.class, () -> ConfigFile.parse("# comment\nSyslog yes\n" + name + " value\n"));
        assertTrue(e.getMessage().startsWith("-:3: \"" + name + "\": unrecognized parameter. "), e.getMessage());
    }

    @Test
    void whatIsNotSetIsAbsent() throws ConfigException {
        ConfigFile file = ConfigFile.parse("");
        assertFalse(file.isSet(Option.SOCKET));
        assertFalse(file.isInFile(Option.SOCKET));
        assertEquals(Optional.empty(), file.text(Option.SOCKET));
        assertEquals(Optional.empty(), file.number(Option.DNS_TIMEOUT));
        assertEquals(List.of(), file.list(Option.IGNORE_MAIL_FROM));
        assertEquals(List.of(), file.options());
        assertTrue(file.flag(Option.BACKGROUND), "its default is true");
        assertFalse(file.flag(Option.SYSLOG));
        assertEquals("policy", file.textOrDefault(Option.ON_TEMPORARY_ERROR));
        assertEquals("inet:8893@127.0.0.1", file.textOrDefault(Option.SOCKET));
        assertEquals(20_000, file.numberOrDefault(Option.DNS_CACHE_SIZE));
    }

    @Test
    void choicesCompareWithoutCaseAndNameTheirWords() throws ConfigException {
        ConfigFile file = ConfigFile.parse("OnTemporaryError TempFail");
        assertEquals("tempfail", file.textOrDefault(Option.ON_TEMPORARY_ERROR));
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse("ontemporaryerror a"));
        assertEquals(
                "-:1: OnTemporaryError: illegal value \"a\". Write one of policy, accept, tempfail.", e.getMessage());
    }

    @Test
    void ignoredOptionsAreCheckedTooAsInOpenDmarc() {
        assertThrows(ConfigException.class, () -> ConfigFile.parse("AutoRestart on"));
        assertThrows(ConfigException.class, () -> ConfigFile.parse("DomainWhitelistSize many"));
    }

    @Test
    void foreignTextInMessagesIsPrintable() {
        ConfigException e =
                assertThrows(ConfigException.class, () -> ConfigFile.parse("b\u00fccher " + "y".repeat(200)));
        assertTrue(
                e.getMessage().startsWith("-:1: \"b<U+00FC latin small letter u with diaeresis>cher\": "),
                e.getMessage());
    }
}
