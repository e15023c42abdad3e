package org.dmarcmilter.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.DmarcRecordParser.Parsed;
import org.dmarcmilter.testing.DataFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DmarcRecordParserTest {
    /**
     * What both standards make of a record; {@code -} is no DMARC record, {@code !} one without usable policy, else the tags
     * that are not at their default. The second column of expectations is empty where RFC 9989 says the same.
     */
    @ParameterizedTest(name = "{0}: {1} ({4})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | record                                   | RFC 7489             | RFC 9989           | why
        E111 | v=DMARC1;p=none                              | p=none               |                    | no white space
        E111 | v=DMARC1 ; p = none ;                        | p=none               |                    | white space everywhere
        E112 | v = DMARC1; p=reject                         | p=reject             |                    | white space around =
        E113 | v=dmarc1; p=none                             | -                    |                    | the value compares with case
        E114 | v=DMARC1x; p=none                            | -                    |                    | another version
        E114 | v=DMARC12; p=none                            | -                    |                    | another version
        E114 | v=DMARC1 p=none                              | -                    |                    | no semicolon: the value is "DMARC1 p=none"
        E114 | v=DMARC1,p=none                              | -                    |                    | a comma is no semicolon
        E115 | V=DMARC1; P=reject                           | -                    |                    | chosen: the first tag compares with case (RFC 6376)
        E115 | v=DMARC1; P=reject; ADKIM=S                  | p=reject adkim=s     |                    | chosen: other tag names without case
        E116 | ' v=DMARC1; p=none'                          | p=none               |                    | chosen: leading space is read past
        E117 | p=none; v=DMARC1                             | -                    |                    | v must be first
        E117 | xv=DMARC1; p=none                            | -                    |                    | OpenDMARC looks for the text anywhere
        E118 | v=DMARC1; sp=none; p=reject                  | p=reject sp=none     |                    | any order after v
        E119 | v=DMARC1                                     | !                    |                    | no p, no rua
        E119 | v=DMARC1;                                    | !                    |                    | no p, no rua
        E120 | v=DMARC1; rua=mailto:a@b.c                   | p=none rua=mailto:a@b.c |                 | no p but rua
        E121 | v=DMARC1; p=bogus; rua=mailto:a@b.c; adkim=s | p=none adkim=s rua=mailto:a@b.c |         | bad p but rua: other tags kept
        E121 | v=DMARC1; p=bogus; sp=reject; rua=mailto:a@b.c | p=none rua=mailto:a@b.c |               | as if it said p=none, so sp goes too
        E122 | v=DMARC1; p=reject; sp=bounce; rua=mailto:a@b.c | p=none rua=mailto:a@b.c |              | bad sp: p=none for all
        E122 | v=DMARC1; p=reject; sp=bounce                | !                    |                    | bad sp without rua
        E122 | v=DMARC1; p=reject; sp=; rua=mailto:a@b.c    | p=none rua=mailto:a@b.c |                 | an empty sp is a bad one
        E123 | v=DMARC1; p=reject; np=; rua=mailto:a@b.c    | p=reject rua=mailto:a@b.c | p=none rua=mailto:a@b.c | np is a tag of RFC 9989 only
        E123 | v=DMARC1; p=reject; np=x                     | p=reject             | !                  | np is a tag of RFC 9989 only
        E123 | v=DMARC1; p=none; np=reject                  | p=none               | p=none np=reject   | a good np
        E124 | v=DMARC1; p=bogus                            | !                    |                    | bad p without rua
        E124 | v=DMARC1; p=bogus; rua=nobody                | !                    |                    | bad p, no valid rua
        E124 | v=DMARC1; p=bogus; ruf=mailto:a@b.c          | !                    |                    | ruf does not help
        E125 | v=DMARC1; p=n                                | !                    |                    | OpenDMARC takes prefixes
        E125 | v=DMARC1; p=r                                | !                    |                    | OpenDMARC takes prefixes
        E125 | v=DMARC1; p=quarantined                      | !                    |                    | not a word
        E126 | v=DMARC1; p=Reject; adkim=S; t=Y             | p=reject adkim=s     | p=reject adkim=s t=y | values without case
        E127 | v=DMARC1; p=reject; t=yes                    | p=reject             |                    | not y or n
        E127 | v=DMARC1; p=none; psd=y                      | p=none               | p=none psd=y       | psd
        E127 | v=DMARC1; p=none; psd=N                      | p=none               | p=none psd=n       | psd without case
        E127 | v=DMARC1; p=none; psd=x                      | p=none               |                    | psd: default
        E128 | v=DMARC1; p=reject; adkim=x; aspf=strict     | p=reject             |                    | OpenDMARC takes prefixes and refuses the rest
        E128 | v=DMARC1; p=reject; fo=9                     | p=reject             |                    | default
        E128 | v=DMARC1; p=reject; ri=-1                    | p=reject             |                    | default
        E128 | v=DMARC1; p=reject; ri=4294967296            | p=reject             |                    | not 32 bits
        E128 | v=DMARC1; p=reject; ri=3600                  | p=reject ri=3600     | p=reject           | ri is historic in RFC 9989
        E128 | v=DMARC1; p=reject; pct=abc                  | p=reject             |                    | OpenDMARC makes it 0
        E128 | v=DMARC1; p=reject; pct=101                  | p=reject             |                    | default
        E128 | v=DMARC1; p=reject; pct=-1                   | p=reject             |                    | default
        E128 | v=DMARC1; p=reject; pct=50%                  | p=reject             |                    | default
        E128 | v=DMARC1; p=reject; pct=                     | p=reject             |                    | default
        E128 | v=DMARC1; p=reject; rf=iodef                 | p=reject             |                    | one format exists, so rf says nothing
        E129 | v=DMARC1; p=reject; pct=0                    | p=reject pct=0       | p=reject           | pct is historic in RFC 9989
        E129 | v=DMARC1; p=reject; pct=100                  | p=reject             |                    | the default, said
        E129 | v=DMARC1; p=reject; pct=007                  | p=reject pct=7       | p=reject           | leading zeros
        E129 | v=DMARC1; p=reject; pct=0007                 | p=reject             |                    | at most three digits
        E130 | v=DMARC1; p=none; fo=0:1                     | p=none fo=0:1        | p=none             | 0 and 1 exclude each other in RFC 9989
        E130 | v=DMARC1; p=none; fo=1:d:s                   | p=none fo=1:d:s      |                    | both
        E130 | v=DMARC1; p=none; fo=d : S                   | p=none fo=d:s        |                    | white space and case
        E130 | v=DMARC1; p=none; fo=:1                      | p=none               |                    | an empty option
        E130 | v=DMARC1; p=none; fo=1::s                    | p=none               |                    | an empty option
        E130 | v=DMARC1; p=none; fo=01                      | p=none               |                    | no colon
        E130 | v=DMARC1; p=none; fo=1:1                     | p=none fo=1          | p=none             | each at most once in RFC 9989
        E131 | v=DMARC1; p=none; p=reject                   | p=reject             |                    | chosen: the last one counts, as in OpenDMARC
        E131 | v=DMARC1; p=reject; p=none                   | p=none               |                    | the same
        E131 | v=DMARC1; v=DMARC2; p=reject                 | p=reject             |                    | a second v is an unknown tag
        E132 | 'v=DMARC1; p=none; rua=mailto:a@b.c,mailto:d@e.f!10m, https://x/y' | p=none rua=mailto:a@b.c,mailto:d@e.f!10m,https://x/y | | as written
        E133 | v=DMARC1; p=none; rua=a@b.c                  | p=none               |                    | no scheme
        E133 | 'v=DMARC1; p=none; rua=a@b.c, mailto:d@e.f'  | p=none rua=mailto:d@e.f |                 | the good one stays
        E138 | 'v=DMARC1; p=none; rua=mailto:a@b.c!10x,mailto:d@e.f' | p=none rua=mailto:d@e.f | p=none rua=mailto:a@b.c!10x,mailto:d@e.f | RFC 9989 ignores any suffix
        E139 | v=DMARC1; p=none; x-foo=bar; =; ;;           | p=none               |                    | unknown and empty parts
        E139 | v=DMARC1;; p=none                            | p=none               |                    | an empty part
        E140 | v=DMARC1; p=none; comment with spaces        | p=none               |                    | a part without =
        E141 | v=DMARC1; p=none; sp=réject                  | p=none               |                    | not ASCII: the tag is ignored
        E141 | 'v=DMARC1; p=none; adkim=s\u0007'            | p=none               |                    | control character: the tag is ignored
        E142 | v=DMARC1\\; p=none                           | -                    |                    | an escaped semicolon is part of the value
        E194 | v=DMARC1; p=reject; t=y; pct=50              | p=reject pct=50      | p=reject t=y       | each standard has its own
        opendmarc | v=DMARC1; p="reject"                   | !                    |                    | quotes are part of the value
        opendmarc | v=DMARC1; p=                           | !                    |                    | empty
        opendmarc | v=DMARC1; sp=reject                    | !                    |                    | no p
        fold  | 'v=DMARC1;\r\n p=reject'                   | p=reject             |                    | a fold between tags (RFC 6376, section 3.2)
        fold  | 'v=DMARC1;\np=reject;\n'                   | p=reject             |                    | line feeds between tags, as web forms store them
        fold  | 'v=DMARC1\r\n;\r\np\r\n=\r\nreject\r\n'      | p=reject             |                    | line ends around every token
        fold  | '\r\n\tv\n=\nDMARC1;p=reject'             | p=reject             |                    | around v too
        fold  | 'v=DMARC1; p=reject; sp\n=\nquarantine; adkim =\r\n\ts' | p=reject sp=quarantine adkim=s | | in other tags
        fold  | 'v=DMARC1; p=none; rua=mailto:a@b.c,\r\n mailto:d@e.f' | p=none rua=mailto:a@b.c,mailto:d@e.f | | between addresses
        fold  | 'v=DMARC1; p=none; fo=d\n:\ns'              | p=none fo=d:s        |                    | between options
        fold  | 'v=DMARC1; p=none; rua=mailto:a@\nb.c,mailto:d@e.f' | p=none rua=mailto:d@e.f | | but not inside an address
        fold  | 'v=DMARC1; p=none; rua=mailto:a@b.c!1\n0m,mailto:d@e.f' | p=none rua=mailto:d@e.f | | nor inside its limit
        fold  | 'v=DMARC1; p=rej\r\n ect'                  | !                    |                    | nor inside a word
        fold  | 'v=DMA\nRC1; p=reject'                     | -                    |                    | nor inside the version
        fold  | 'v=DMARC1;\013p=reject'                  | !                    |                    | a vertical tab is no white space
        fold  | 'v=DMARC1; p=none; sp=\u00a0reject'        | p=none               |                    | nor is a no-break space
        empty | ''                                         | -                    |                    | nothing
        spf   | v=spf1 -all                                | -                    |                    | another protocol
        """)
    void reads(String row, String record, String expected, String expectedBy9989, String why) {
        assertEquals(expected, describe(DmarcRecordParser.parse(record, Standard.RFC7489)), why);
        String by9989 = expectedBy9989 == null ? expected : expectedBy9989;
        assertEquals(by9989, describe(DmarcRecordParser.parse(record, Standard.RFC9989)), why);
    }

    /** What an operator is told; the domain's owner should know what to do. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # record                          | a sentence that is said
        v=DMARC1; p=reject                | none
        v=DMARC1; p=reject; rua=mailto:a@b.c; ruf=mailto:a@b.c; fo=1; pct=100; ri=86400; rf=afrf; np=none; t=n; psd=n | none
        v=DMARC1; rua=mailto:a@b.c        | The tag p is missing. Add p=none, p=quarantine or p=reject after v=DMARC1.
        v=DMARC1; p=bob                   | p="bob" is no policy: write none, quarantine or reject.
        v=DMARC1; p=bob                   | The whole record has no effect: a policy is missing or wrong, and there is no valid rua either.
        v=DMARC1; p=reject; sp=x; rua=mailto:a@b.c | The record counts as p=none, because a policy is missing or wrong.
        v=DMARC1; p=none; p=reject        | The tag p is there more than once: the last one counts here, and other receivers may choose otherwise. Keep one.
        v=DMARC1; sp=none; p=reject       | The tag p should follow v=DMARC1 directly (RFC 7489, section 6.3).
        v=DMARC1; p=none; pct=101         | pct="101" is not valid: write a number from 0 to 100; 100 is used.
        v=DMARC1; p=none; ri=1d           | ri="1d" is not valid: write seconds; 86400 is used.
        v=DMARC1; p=none; adkim=x         | adkim="x" is not valid: write r or s; r is used.
        v=DMARC1; p=none; fo=2            | fo="2" is not valid: write 0 or 1, d, s, with colons between; 0 is used.
        v=DMARC1; p=none; rua=a@b.c       | "a@b.c" in rua is not valid: write mailto:user@example.com, with commas between addresses.
        v=DMARC1; p=none; ruf=https://x/y | "https://x/y" in ruf gets no reports: few send them other than by mailto.
        v=DMARC1; p=none; comment         | "comment" is ignored: a tag is written name=value.
        v=DMARC1; p=none; x-foo=bar       | "x-foo=bar" is ignored: there is no such tag.
        'v=DMARC1;\r\n p=reject;\n sp=none' | none
        ' v=DMARC1; p=none'               | White space before v=DMARC1: other receivers do not see the record. Remove it.
        'v=DMARC1; p=none; sp=\u001b[31m' | "sp=<U+001B escape>[31m" is ignored: it has characters other than printable ASCII.
        """)
    void saysWhatIsWrong(String record, String sentence) {
        List<String> mistakes = mistakes(DmarcRecordParser.parse(record, Standard.RFC7489));
        if (sentence.equals("none")) {
            assertEquals(List.of(), mistakes);
        } else {
            assertTrue(mistakes.contains(sentence), () -> "said: " + mistakes);
        }
    }

    @Test
    void namesTheTagsOfRfc9989() {
        assertEquals(
                List.of("t=\"yes\" is not valid: write y or n; n is used."),
                mistakes(DmarcRecordParser.parse("v=DMARC1; p=none; t=yes; pct=100", Standard.RFC9989)));
        assertEquals(
                List.of(
                        "\"pct=0\" has no effect: RFC 9989 has no pct. Write t=y to have the policy weakened by a step."),
                mistakes(DmarcRecordParser.parse("v=DMARC1; p=reject; pct=0", Standard.RFC9989)));
    }

    @Test
    void reasonsOfUnusableRecords() {
        assertEquals("no p= and no rua=", unusable("v=DMARC1").reason());
        assertEquals("no p= and no rua=", unusable("v=DMARC1; p=").reason());
        assertEquals("no valid p= and no rua=", unusable("v=DMARC1; p=bogus").reason());
        assertEquals(
                "sp= is not valid and no rua=",
                unusable("v=DMARC1; p=none; sp=x").reason());
        assertEquals(
                "np= is not valid and no rua=",
                unusable("v=DMARC1; p=none; np=x").reason());
        assertEquals(Psd.NO, unusable("v=DMARC1; psd=n").psd(), "the walk still stops there");
    }

    private static Parsed.Unusable unusable(String record) {
        return assertInstanceOf(Parsed.Unusable.class, DmarcRecordParser.parse(record, Standard.RFC9989));
    }

    /** E143: character-strings arrive joined, so a tag may have been cut anywhere. */
    @Test
    void joinedStringsAreOneText() {
        assertEquals("p=reject", describe(DmarcRecordParser.parse("v=DMARC1; p=rej" + "ect", Standard.RFC7489)));
    }

    /** E144, and the largest that fits a DNS message. */
    @Test
    void longRecordsAreReadInLinearTime() {
        String filler = "x=y;".repeat(1_000);
        assertEquals(
                "p=reject", describe(DmarcRecordParser.parse("v=DMARC1;" + filler + "p=reject", Standard.RFC7489)));
        for (String unit :
                List.of(";", "=", "x", " ", ",", "rua=mailto:a@b.c,", "fo=0:", ":0", "%", "rua=!;", "p=x;")) {
            String hostile = "v=DMARC1; p=none; rua=" + unit.repeat(5_000_000 / unit.length());
            assertTimeoutPreemptively(
                    Duration.ofSeconds(30), () -> DmarcRecordParser.parse(hostile, Standard.RFC7489), unit);
        }
    }

    @Test
    void mistakesAreFewShortAndPrintable() {
        String hostile = "v=DMARC1;" + ("x\u0000\u001b\u00ff\r\n" + "y".repeat(500) + ";").repeat(1_000);
        List<String> mistakes = mistakes(DmarcRecordParser.parse(hostile, Standard.RFC7489));
        assertTrue(mistakes.size() <= 20, () -> mistakes.size() + " mistakes");
        for (String mistake : mistakes) {
            assertTrue(mistake.length() < 200, mistake);
            assertTrue(mistake.chars().allMatch(c -> c >= ' ' && c < 0x7F), mistake);
        }
    }

    /** Never an exception, and what is usable holds what its type promises. */
    @ParameterizedTest
    @EnumSource(Standard.class)
    void anyTextIsRead(Standard standard) {
        String[] pieces = {
            "v=DMARC1",
            ";",
            "; ",
            "=",
            "p",
            "p=none",
            "p=reject",
            "sp=",
            "np=quarantine",
            "pct=",
            "50",
            "rua=",
            "mailto:a@b.c",
            ",",
            "!",
            "10m",
            "fo=",
            ":",
            "1",
            "d",
            " ",
            "\t",
            "\u0000",
            "\u00ff",
            "%",
            "%2",
            "@",
            "psd=y",
            "t=y"
        };
        Random random = new Random(7489);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "" : "v=DMARC1;");
            for (int n = random.nextInt(20); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            checkInvariants(text.toString(), standard);
        }
    }

    static void checkInvariants(String text, Standard standard) {
        Parsed parsed = DmarcRecordParser.parse(text, standard);
        assertTrue(mistakes(parsed).size() <= 20, text);
        if (parsed instanceof Parsed.Usable usable) {
            DmarcRecord record = usable.record();
            assertTrue(record.pct() >= 0 && record.pct() <= 100, text);
            assertTrue(record.reportInterval() >= 0 && record.reportInterval() <= 0xFFFF_FFFFL, text);
            assertTrue(!record.fo().isEmpty() && List.of("0", "1", "d", "s").containsAll(record.fo()), text);
            List<DmarcUri> uris = new ArrayList<>(record.rua());
            uris.addAll(record.ruf());
            for (DmarcUri uri : uris) {
                assertEquals(Optional.of(uri), DmarcUri.parse(uri.text(), standard));
            }
        }
    }

    /** OpenDMARC's test_dmarc_parse; where it departs from RFC 7489, the RFC holds. */
    @TestFactory
    List<DynamicTest> openDmarcTable() {
        String hardError = "bad optional tags get their default (RFC 7489, section 6.3); OpenDMARC refuses the record";
        Map<String, String> departures = Map.of(
                "odmarc-parse-05", "p=n is no policy; OpenDMARC takes prefixes",
                "odmarc-parse-10", hardError,
                "odmarc-parse-11", hardError,
                "odmarc-parse-12", hardError,
                "odmarc-parse-13", hardError,
                "odmarc-parse-14", hardError,
                "odmarc-parse-19", hardError);
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode row : DataFile.json("/opendmarc/record-parse.json").get("cases")) {
            String id = row.get("id").asText();
            String record = row.get("record").asText();
            boolean expected = row.get("expect").get("valid").asBoolean() != departures.containsKey(id);
            tests.add(DynamicTest.dynamicTest(
                    id + " " + record + " " + departures.getOrDefault(id, ""),
                    () -> assertEquals(
                            expected, DmarcRecordParser.parse(record, Standard.RFC7489) instanceof Parsed.Usable)));
        }
        return tests;
    }

    private static List<String> mistakes(Parsed parsed) {
        if (parsed instanceof Parsed.Usable usable) {
            return usable.mistakes();
        }
        return parsed instanceof Parsed.Unusable unusable ? unusable.mistakes() : List.of();
    }

    private static String describe(Parsed parsed) {
        if (!(parsed instanceof Parsed.Usable usable)) {
            return parsed instanceof Parsed.NotDmarc ? "-" : "!";
        }
        DmarcRecord record = usable.record();
        List<String> tags = new ArrayList<>();
        tags.add("p=" + record.p().word());
        record.sp().ifPresent(sp -> tags.add("sp=" + sp.word()));
        record.np().ifPresent(np -> tags.add("np=" + np.word()));
        addUnless(record.adkim() == AlignmentMode.RELAXED, tags, "adkim=s");
        addUnless(record.aspf() == AlignmentMode.RELAXED, tags, "aspf=s");
        addUnless(record.pct() == 100, tags, "pct=" + record.pct());
        addUnless(!record.testing(), tags, "t=y");
        addUnless(record.psd() == Psd.UNKNOWN, tags, record.psd() == Psd.YES ? "psd=y" : "psd=n");
        addUnless(record.fo().equals(List.of("0")), tags, "fo=" + String.join(":", record.fo()));
        addUnless(record.reportInterval() == 86_400, tags, "ri=" + record.reportInterval());
        addUnless(record.rua().isEmpty(), tags, "rua=" + texts(record.rua()));
        addUnless(record.ruf().isEmpty(), tags, "ruf=" + texts(record.ruf()));
        return String.join(" ", tags);
    }

    private static void addUnless(boolean isDefault, List<String> tags, String tag) {
        if (!isDefault) {
            tags.add(tag);
        }
    }

    private static String texts(List<DmarcUri> uris) {
        return uris.stream().map(DmarcUri::text).collect(Collectors.joining(","));
    }
}
