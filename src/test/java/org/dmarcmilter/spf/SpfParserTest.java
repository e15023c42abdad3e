package org.dmarcmilter.spf;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.dmarcmilter.spf.SpfParser.Parsed;
import org.dmarcmilter.spf.SpfRecord.Mechanism;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpfParserTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # record                             | what was read                                   | why
        v=spf1                               | ''                                              | an empty record
        'v=spf1   '                          | ''                                              | trailing spaces
        V=SPF1 A ALL                         | pass a /32//128, pass all                       | no letter case
        v=spf1 +all                          | pass all                                        | qualifier +
        v=spf1 -all                          | fail all                                        | qualifier -
        v=spf1 ~all                          | softfail all                                    | qualifier ~
        v=spf1 ?all                          | neutral all                                     | qualifier ?
        v=spf1  a   -all                     | pass a /32//128, fail all                       | several spaces
        v=spf1 a/24                          | pass a /24//128                                 | IPv4 prefix
        v=spf1 a//64                         | pass a /32//64                                  | IPv6 prefix
        v=spf1 a/24//64                      | pass a /24//64                                  | both prefixes
        v=spf1 a/0//0                        | pass a /0//0                                    | zero prefixes
        v=spf1 a:example.com/24//64          | pass a example.com /24//64                      | target and prefixes
        v=spf1 a:ex/24/ample.com             | pass a ex/24/ample.com /32//128                 | a slash inside the target
        v=spf1 a:ex:ample.com                | pass a ex:ample.com /32//128                    | a colon inside the target
        v=spf1 a:%{d}/24                     | pass a %{d} /24//128                            | a prefix after a macro
        v=spf1 a:%{d/}                       | pass a %{d/} /32//128                           | a slash as delimiter
        v=spf1 mx mx:%{d2}/30                | pass mx /32//128, pass mx %{d2} /30//128        | mx
        v=spf1 ptr ptr:example.com           | pass ptr, pass ptr example.com                  | ptr
        v=spf1 ip4:192.0.2.1                 | pass ip 192.0.2.1/32                            | an IPv4 address
        v=spf1 ip4:192.0.2.0/24              | pass ip 192.0.2.0/24                            | an IPv4 network
        v=spf1 ip6:2001:DB8::/32             | pass ip 2001:db8::/32                           | an IPv6 network
        v=spf1 ip6:::ffff:192.0.2.1/120      | pass ip ::ffff:192.0.2.1/120                    | an IPv4-mapped network is IPv6
        v=spf1 include:example.com           | pass include example.com                        | include
        v=spf1 -include:%{i}._spf.%{d2}      | fail include %{i}._spf.%{d2}                    | include with macros
        v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d} | pass exists %{ir}.%{l1r+-}._spf.%{d}          | exists
        v=spf1 exists:a.b-c.xn--zckzah       | pass exists a.b-c.xn--zckzah                    | an A-label at the end
        v=spf1 exists:example.com.           | pass exists example.com.                        | a trailing dot
        v=spf1 exists:example.%{d1}          | pass exists example.%{d1}                       | a macro at the end
        v=spf1 exists:example.%%             | pass exists example.%%                          | an escape is a macro-expand, too
        v=spf1 exists:.com                   | pass exists .com                                | the grammar allows it, the DNS will not
        v=spf1 exists:a.3-4                  | pass exists a.3-4                               | digits with a hyphen
        v=spf1 exists:%{d1234567890123}      | pass exists %{d}                                | a large number means all parts
        v=spf1 redirect=_spf.example.com     | redirect _spf.example.com                       | redirect
        v=spf1 REDIRECT=%{d} EXP=e.%{o}      | redirect %{d}, exp e.%{o}                       | modifiers without letter case
        v=spf1 exp=e.example.com -all        | fail all, exp e.example.com                     | a modifier before a mechanism
        v=spf1 moo=%{c}x moo= m-_.9=:/ -all  | fail all                                        | unknown modifiers
        v=spf1 include=example.com           | ''                                              | a modifier called include
        """)
    void reads(String txt, String expected, String why) {
        Parsed parsed = SpfParser.parse(txt);
        assertEquals(
                expected, parsed instanceof Parsed.Valid valid ? describe(valid.record()) : parsed.toString(), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # record                    | problem                                              | why
        v=spf1 all:x                | all takes no argument: 'all:x'                       | all with argument
        v=spf1 all/8                | all takes no argument: 'all/8'                       | all with prefix
        v=spf1 all.                 | 'all.' is not a mechanism                            | all with dot
        v=spf1 -all moo             | 'moo' is not a mechanism                             | after all, too
        v=spf1 +-all                | '+-all' is not a mechanism                           | two qualifiers
        v=spf1 -                    | '-' is not a mechanism                               | a lone qualifier
        v=spf1 =all                 | '=all' is not a mechanism                            | a modifier without name
        v=spf1 1x=y                 | '1x=y' is not a mechanism                            | a modifier name begins with a letter
        v=spf1 -redirect=a.example  | '-redirect=a.example' is not a mechanism             | a qualified modifier
        v=spf1 redirect:a.example   | 'redirect:a.example' is not a mechanism              | redirect with colon
        v=spf1 ipv4:192.0.2.1       | 'ipv4:192.0.2.1' is not a mechanism                  | a common mistake
        v=spf1 a:                   | '' is no domain name                                 | an empty target
        v=spf1 a:192.0.2.1          | '192.0.2.1' is an address where a domain name belongs | an address as name
        v=spf1 a:192.0.2.1/24       | '192.0.2.1' is an address where a domain name belongs | an address as name, with prefix
        v=spf1 a:museum             | 'museum' is no domain name                           | only a top-level label
        v=spf1 a:museum.            | 'museum.' is no domain name                          | the dot at the end does not count
        v=spf1 a:example.123        | 'example.123' is no domain name                      | digits at the end
        v=spf1 a:example.-com       | 'example.-com' is no domain name                     | a hyphen first
        v=spf1 a:example.com-       | 'example.com-' is no domain name                     | a hyphen last
        v=spf1 a:example.com..      | 'example.com..' is no domain name                    | two dots at the end
        v=spf1 a:.                  | '.' is no domain name                                | a dot alone
        v=spf1 a:..                 | '..' is no domain name                               | two dots alone
        v=spf1 a:%{d}.              | '%{d}.' is no domain name                            | a dot after a macro
        v=spf1 a:%{d}com            | '%{d}com' is no domain name                          | no dot before the last label
        v=spf1 a:foo._tcp           | 'foo._tcp' is no domain name                         | an underscore in the last label
        v=spf1 a/33                 | bad prefix length in 'a/33'                          | IPv4 prefix too long
        v=spf1 a//129               | bad prefix length in 'a//129'                        | IPv6 prefix too long
        v=spf1 a/024                | bad prefix length in 'a/024'                         | leading zero
        v=spf1 a/99999999999        | bad prefix length in 'a/99999999999'                 | a number beyond int
        v=spf1 a/                   | no prefix length belongs at the end of 'a/'          | no digits
        v=spf1 a/24/64              | bad prefix length in 'a/24/64'                       | one slash before the IPv6 prefix
        v=spf1 a/24/24              | no prefix length belongs at the end of 'a/24/24'     | two IPv4 prefixes
        v=spf1 a//64/24             | no prefix length belongs at the end of 'a//64/24'    | prefixes in the wrong order
        v=spf1 mx///24              | no prefix length belongs at the end of 'mx///24'     | three slashes
        v=spf1 ptr/24               | no prefix length belongs at the end of 'ptr/24'      | ptr with prefix
        v=spf1 include              | no domain name in 'include'                          | include without target
        v=spf1 exists               | no domain name in 'exists'                           | exists without target
        v=spf1 include/24           | no prefix length belongs at the end of 'include/24'  | include with prefix
        v=spf1 exists:a.example/24  | 'a.example/24' is no domain name                     | exists with target and prefix
        v=spf1 ip4                  | no address of that kind in 'ip4'                     | ip4 without address
        v=spf1 ip4:                 | no address of that kind in 'ip4:'                    | ip4 with nothing
        v=spf1 ip4/24               | no address of that kind in 'ip4/24'                  | ip4 with a prefix only
        v=spf1 ip4:192.0.2          | no address of that kind in 'ip4:192.0.2'             | a short address
        v=spf1 ip4:192.0.2.1:25     | no address of that kind in 'ip4:192.0.2.1:25'        | a port
        v=spf1 ip4:::1              | no address of that kind in 'ip4:::1'                 | IPv6 in ip4
        v=spf1 ip6:192.0.2.1        | no address of that kind in 'ip6:192.0.2.1'           | IPv4 in ip6
        v=spf1 ip4:192.0.2.1//32    | bad prefix length in 'ip4:192.0.2.1//32'             | two slashes in ip4
        v=spf1 ip4:192.0.2.1/       | bad prefix length in 'ip4:192.0.2.1/'                | no digits in ip4
        v=spf1 ip6:::1/129          | bad prefix length in 'ip6:::1/129'                   | ip6 prefix too long
        v=spf1 ip4:192.0.2.1/+8     | bad prefix length in 'ip4:192.0.2.1/+8'              | a sign
        v=spf1 exp=                 | '' is no domain name                                 | exp without name
        v=spf1 redirect=-all        | '-all' is no domain name                             | redirect to no name
        v=spf1 exp=a.example exp=b.example | a second 'exp=b.example'                      | exp twice
        v=spf1 redirect=a.example redirect=a.example | a second 'redirect=a.example'         | redirect twice
        v=spf1 a:%(d).example.com   | no macro at character 1 of '%(d).example.com'        | parentheses
        v=spf1 a:%{x}.example.com   | no macro at character 2 of '%{x}.example.com'        | an unknown letter
        v=spf1 a:%{c}.example.com   | no macro at character 2 of '%{c}.example.com'        | a letter for explanations only
        v=spf1 a:%{d0}.example.com  | no macro at character 4 of '%{d0}.example.com'       | no parts
        v=spf1 a:%{d.r}.example.com | no macro at character 4 of '%{d.r}.example.com'      | transformer after delimiter
        v=spf1 a:%{d                | no macro at character 3 of '%{d'                     | no closing brace
        v=spf1 a:%{}.example.com    | no macro at character 2 of '%{}.example.com'         | no letter
        v=spf1 a:x.example.com%     | no macro at character 14 of 'x.example.com%'         | a lone percent sign
        v=spf1 moo=%abc             | no macro at character 1 of '%abc'                    | an unknown modifier's syntax counts
        v=spf10 -all                | does not begin with v=spf1                           | another version
        spf1 -all                   | does not begin with v=spf1                           | no version
        """)
    void refuses(String txt, String problem, String why) {
        Parsed parsed = SpfParser.parse(txt);
        assertEquals(problem, parsed instanceof Parsed.Invalid invalid ? invalid.problem() : parsed.toString(), why);
    }

    @ParameterizedTest(name = "character {0}")
    @ValueSource(ints = {0, 9, 10, 13, 31, 127, 128, 160, 239, 255})
    void refusesWhatIsNotPrintable(int code) {
        for (String place :
                List.of("a:x%cy.example.com", "%call", "moo=%c", "ip4:192.0.2.1%c", "exp=%ce.example.com")) {
            String term = place.replace("%c", Character.toString(code));
            Parsed.Invalid invalid = assertInstanceOf(Parsed.Invalid.class, SpfParser.parse("v=spf1 " + term), place);
            assertTrue(invalid.problem().chars().allMatch(c -> c >= ' ' && c <= '~'), invalid.problem());
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        v=spf1            | true  | the version alone
        'v=spf1 '         | true  | the version and a space
        V=sPf1 -all       | true  | letter case
        v=spf10           | false | another version
        v=spf1-all        | false | no space
        v=spf             | false | too short
        ' v=spf1 -all'    | false | a space before
        'v=spf1,-all'     | false | a comma
        v=DMARC1; p=none  | false | another record
        ''                | false | nothing
        """)
    void knowsItsRecords(String txt, boolean expected, String why) {
        assertEquals(expected, SpfParser.isSpf(txt), why);
    }

    @Test
    void aTabDoesNotEndTheVersion() {
        assertEquals(false, SpfParser.isSpf("v=spf1\t-all"));
    }

    @Test
    void problemsAreShort() {
        Parsed.Invalid invalid = assertInstanceOf(
                Parsed.Invalid.class, SpfParser.parse("v=spf1 " + "x".repeat(60_000)), "an unknown mechanism");
        assertTrue(invalid.problem().length() < 200, invalid.problem());
    }

    @Test
    void neverThrows() {
        Random random = new Random(7208);
        String[] pieces = {
            " ",
            " ",
            "a",
            "mx",
            "ptr",
            "ip4:",
            "ip6:",
            "192.0.2.1",
            "2001:db8::1",
            "include:",
            "exists:",
            "all",
            "exp=",
            "redirect=",
            "x=",
            "/",
            "//",
            "24",
            "0",
            "%",
            "%{",
            "}",
            "d",
            "ir",
            "l1r+-",
            "%%",
            "%_",
            "%-",
            ".",
            "example.com",
            "+",
            "-",
            "~",
            "?",
            ":",
            "=",
            "\u0000",
            "\u00ff"
        };
        int valid = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder txt = new StringBuilder("v=spf1 ");
            for (int n = random.nextInt(12); n > 0; n--) {
                txt.append(pieces[random.nextInt(pieces.length)]);
            }
            if (SpfParser.parse(txt.toString()) instanceof Parsed.Valid) {
                valid++;
            }
        }
        assertNotEquals(0, valid, "some are records");
    }

    @Test
    void isLinear() {
        List<String> hostile = List.of(
                "a:" + "/1".repeat(500_000),
                "a:" + "%{d}".repeat(250_000),
                "a:" + "%{d" + "1".repeat(1_000_000),
                "a:" + ".".repeat(1_000_000),
                "a:" + "-".repeat(1_000_000) + ".",
                "ip6:" + ":".repeat(1_000_000),
                "ip4:192.0.2.1/" + "1".repeat(1_000_000),
                "x".repeat(1_000_000) + "=",
                "a ".repeat(500_000),
                " ".repeat(1_000_000));
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (String terms : hostile) {
                SpfParser.parse("v=spf1 " + terms);
            }
        });
    }

    /** The record in one line, macros written back. */
    private static String describe(SpfRecord record) {
        String directives = record.directives().stream()
                .map(directive -> directive.qualifier().word() + " " + describe(directive.mechanism()))
                .collect(joining(", "));
        String redirect =
                record.redirect().map(target -> "redirect " + text(target)).orElse("");
        String exp = record.explanation().map(target -> "exp " + text(target)).orElse("");
        return List.of(directives, redirect, exp).stream()
                .filter(s -> !s.isEmpty())
                .collect(joining(", "));
    }

    private static String describe(Mechanism mechanism) {
        if (mechanism instanceof Mechanism.A a) {
            return "a" + text(a.target()) + describe(a.prefixes());
        } else if (mechanism instanceof Mechanism.Mx mx) {
            return "mx" + text(mx.target()) + describe(mx.prefixes());
        } else if (mechanism instanceof Mechanism.Ptr ptr) {
            return "ptr" + text(ptr.target());
        } else if (mechanism instanceof Mechanism.Include include) {
            return "include " + text(include.target());
        } else if (mechanism instanceof Mechanism.Exists exists) {
            return "exists " + text(exists.target());
        } else if (mechanism instanceof Mechanism.Ip ip) {
            return "ip " + ip.network() + "/" + ip.prefix();
        }
        return "all";
    }

    private static String describe(SpfRecord.Prefixes prefixes) {
        return " /" + prefixes.ip4() + "//" + prefixes.ip6();
    }

    private static String text(Optional<MacroString> target) {
        return target.map(t -> " " + text(t)).orElse("");
    }

    private static String text(MacroString string) {
        return string.parts().stream()
                .map(part -> part instanceof MacroString.Part.Macro macro
                        ? "%{" + letter(macro) + keep(macro) + (macro.reversed() ? "r" : "") + delimiters(macro) + "}"
                        : ((MacroString.Part.Literal) part).text().replace("%", "%%"))
                .collect(joining());
    }

    private static String letter(MacroString.Part.Macro macro) {
        String letter = String.valueOf(macro.letter());
        return macro.escaped() ? letter.toUpperCase(Locale.ROOT) : letter;
    }

    private static String keep(MacroString.Part.Macro macro) {
        return macro.keep() == MacroString.ALL_PARTS ? "" : String.valueOf(macro.keep());
    }

    private static String delimiters(MacroString.Part.Macro macro) {
        return macro.delimiters().equals(".") ? "" : macro.delimiters();
    }
}
