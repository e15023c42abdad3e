package org.dmarcmilter.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import org.dmarcmilter.domain.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MacroExpanderTest {
    private static final String SENDER = "strong-bad@email.example.com";
    private static final String DOMAIN = "email.example.com";

    private static MacroExpander expander(String client, String sender, String helo) {
        return new MacroExpander(
                new SpfIdentity(IpAddress.parse(client), sender, helo),
                IpAddress.of(client),
                "mx.example.org",
                () -> 1_396_310_400L);
    }

    private static String name(MacroExpander expander, String spec) throws SpfSyntaxException {
        return expander.name(MacroString.domainSpec(spec), DOMAIN, "host.example.net");
    }

    private static String explanation(MacroExpander expander, String text) throws SpfSyntaxException {
        return expander.explanation(MacroString.explanation(text), DOMAIN, "host.example.net");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # the examples of RFC 7208, section 7.4
        %{s}                                | strong-bad@email.example.com
        %{o}                                | email.example.com
        %{d}                                | email.example.com
        %{d4}                               | email.example.com
        %{d3}                               | email.example.com
        %{d2}                               | example.com
        %{d1}                               | com
        %{dr}                               | com.example.email
        %{d2r}                              | example.email
        %{l}                                | strong-bad
        %{l-}                               | strong.bad
        %{lr}                               | strong-bad
        %{lr-}                              | bad.strong
        %{l1r-}                             | strong
        %{ir}.%{v}._spf.%{d2}               | 3.2.0.192.in-addr._spf.example.com
        %{lr-}.lp._spf.%{d2}                | bad.strong.lp._spf.example.com
        %{lr-}.lp.%{ir}.%{v}._spf.%{d2}     | bad.strong.lp.3.2.0.192.in-addr._spf.example.com
        %{ir}.%{v}.%{l1r-}.lp._spf.%{d2}    | 3.2.0.192.in-addr.strong.lp._spf.example.com
        %{d2}.trusted-domains.example.net   | example.com.trusted-domains.example.net
        # ours
        %{p}                                | host.example.net
        %{h}                                | helo.example.org
        %{hR}                               | org.example.helo
        %{i1}                               | 3
        %{d999999999999}                    | email.example.com
        %{s1@.-}                            | SYNTAX
        %{S}                                | strong-bad%40email.example.com
        %{o.}                               | email.example.com
        %{o-}                               | email.example.com
        a%%b%_c%-d.example.com              | a%b c%20d.example.com
        example.com.                        | example.com
        %{d}.example.org.                   | email.example.com.example.org
        """)
    void expandsNames(String spec, String expected) throws SpfSyntaxException {
        MacroExpander expander = expander("192.0.2.3", SENDER, "helo.example.org");
        if (expected.equals("SYNTAX")) {
            assertThrows(SpfSyntaxException.class, () -> name(expander, spec));
        } else {
            assertEquals(expected, name(expander, spec));
        }
    }

    @Test
    void writesIpv6AsNibbles() throws SpfSyntaxException {
        MacroExpander expander = expander("2001:db8::cb01", SENDER, "helo.example.org");
        assertEquals(
                "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com",
                name(expander, "%{ir}.%{v}._spf.%{d2}").toLowerCase(Locale.ROOT),
                "section 7.4");
        assertEquals(
                "1.0.0.2.x.example", name(expander, "%{i4r}.x.example"), "right-hand parts of the reversed nibbles");
        assertEquals("2001:db8::cb01", explanation(expander, "%{c}"), "readable");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        %{c} is bad             | 192.0.2.3 is bad                | the readable address
        %{r}                    | mx.example.org                  | the receiver
        at %{t}                 | at 1396310400                   | the time
        See %{d}.               | See email.example.com.          | the dot at the end stays
        l=%{L}&o=%{O}           | l=strong-bad&o=email.example.com | unreserved characters stay
        %{S}                    | strong-bad%40email.example.com  | URL escape
        100%%%_%-               | 100% %20                        | escapes
        ''                      | ''                              | an empty text
        """)
    void expandsExplanations(String text, String expected, String why) throws SpfSyntaxException {
        assertEquals(expected, explanation(expander("192.0.2.3", SENDER, "helo.example.org"), text), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        a..b@example.com      | %{l}.x.%{d1}   | a..b.x.com    | empty parts stay
        a..b@example.com      | %{l1r}.%{d1}   | a.com         | reversed, the left-hand part
        a..b@example.com      | %{l2r}.%{d1}   | .a.com        | an empty part counts
        a..b@example.com      | %{l2}.%{d1}    | .b.com        | an empty part counts from the right
        +a@example.com        | %{l1r+}.%{d1}  | .com          | an empty first part
        a+b-c=d@example.com   | %{l+-=}.%{d1}  | a.b.c.d.com   | every delimiter
        a+b-c=d@example.com   | %{l+}.%{d1}    | a.b-c=d.com   | one delimiter
        a.b+c@example.com     | %{l+}.%{d1}    | a.b.c.com     | a dot is no delimiter then, but joins
        a.b+c@example.com     | %{l1+}.%{d1}   | c.com         | right-hand part by plus
        a/b_c,d@example.com   | %{l3r/_}.%{d1} | c,d.b.a.com   | reversed
        @example.com          | %{l}.%{o}      | postmaster.example.com | postmaster without local part
        ''                    | %{l}.%{o}      | postmaster.helo.example.org | null sender: local part and domain
        ''                    | %{s}           | postmaster@helo.example.org | null sender: whole
        """)
    void transforms(String sender, String spec, String expected, String why) throws SpfSyntaxException {
        MacroExpander expander = expander("192.0.2.3", sender, "helo.example.org");
        assertEquals(expected, name(expander, spec), why);
    }

    @Test
    void unprintableCharactersDoNotReachExplanations() throws SpfSyntaxException {
        MacroExpander expander = expander("192.0.2.3", "a\r\nb\u00e4\u007f\u0000@example.com", "helo\tx");
        assertEquals("a??b??? helo?x", explanation(expander, "%{l} %{h}"));
        assertEquals("a%0D%0Ab%E4%7F%00", explanation(expander, "%{L}"));
    }

    @Test
    void anEmptyReceiverIsUnknown() throws SpfSyntaxException {
        MacroExpander expander = new MacroExpander(
                new SpfIdentity(IpAddress.parse("192.0.2.3"), SENDER, ""), IpAddress.of("192.0.2.3"), "", () -> 0L);
        assertEquals("unknown", explanation(expander, "%{r}"));
    }

    @Test
    void longNamesLoseLabelsOnTheLeft() throws SpfSyntaxException {
        String label = "l23456789"; // ten with its dot
        String local = (label + ".").repeat(30) + "end";
        MacroExpander expander = expander("192.0.2.3", local + "@example.com", "helo.example.org");
        // 24 * 10 + "end" + ".x.example" = 253
        String longest = (label + ".").repeat(24) + "end.x.example";
        assertEquals(253, longest.length());
        assertEquals(longest, name(expander, "%{l}.x.example"), "exactly as long as a name may be");
        assertEquals(longest, name(expander, "%{l}.x.example."), "the trailing dot is not counted");
        assertEquals(
                (label + ".").repeat(23) + "end.xy.example", name(expander, "%{l}.xy.example"), "one character more");
    }

    @Test
    void labelsThatDoNotFitGoAsAWhole() throws SpfSyntaxException {
        MacroExpander expander = expander("192.0.2.3", "a@example.com", "");
        String fits = "b." + "c.".repeat(124) + "d"; // 251
        assertEquals("a." + fits, name(expander, "%{l}." + fits), "a label that fits, made by one macro");
        assertEquals(fits, name(expander, "%{l}%{l}%{l}." + fits), "a label made by three macros does not");
        assertEquals("a." + fits, name(expander, "%{l}." + fits + "."), "with a trailing dot it fits, too");
        assertEquals(fits, name(expander, "%{l}%{l}." + fits + "."), "and does not fit");
    }

    @Test
    void resultsAreBounded() throws SpfSyntaxException {
        String huge = "a.".repeat(50_000);
        MacroExpander expander = expander("192.0.2.3", huge + "@example.com", huge);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            String spec = "%{h}%{l}%{h1r-}%{hr}".repeat(4_000) + ".example.com";
            assertTrue(name(expander, spec).length() <= MacroExpander.MAX_NAME);
            assertEquals(
                    MacroExpander.MAX_EXPLANATION, explanation(expander, spec).length());
        });
    }

    @Test
    void aLabelThatIsTooLongStaysTooLong() throws SpfSyntaxException {
        MacroExpander expander = expander("192.0.2.3", "a".repeat(300) + "@example.com", "");
        assertEquals("a".repeat(300), name(expander, "x.%{l}"));
    }

    @Test
    void namesAreNeverLongerThanTheDnsAllowsIfLabelsAreNot() throws SpfSyntaxException {
        Random random = new Random(253);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder local = new StringBuilder("a");
            for (int n = random.nextInt(300); n > 0; n--) {
                local.append(random.nextInt(8) == 0 ? '.' : (char) ('a' + random.nextInt(26)));
            }
            MacroExpander expander = expander("192.0.2.3", local + "@example.com", "h.example");
            String whole = local + ".h.example." + new StringBuilder(local).length() + ".example.com";
            String name = name(expander, "%{l}.%{h}." + local.length() + ".example.com");
            assertTrue(name.length() <= MacroExpander.MAX_NAME, name);
            assertTrue(whole.equals(name) || whole.endsWith("." + name), name);
            int dropped = whole.length() - name.length();
            if (dropped > 0) { // no more labels than needed
                int before = whole.lastIndexOf('.', dropped - 2);
                assertTrue(whole.length() - before - 1 > MacroExpander.MAX_NAME, name);
            }
        }
    }
}
