package org.dmarcmilter.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopiedTextTest {
    private static final String SIGNATURE = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=s1;\n\th=From : To;\n"
            + "\tbh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8 =; b=AuUoFEfDxTDkHlLXSZEpZj79\n\tLICEps6eda7W3deTVFOk4yAU\n\t==";

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # tag of a signature                              | found | why
        i=x=3B=20dkim=3Dpass=20header.d=3Dbank.example@a  | the tag i= of DKIM-Signature holds U+003B semicolon | quoted-printable
        i=x=3b=20dkim=3dpass@a                            | the tag i= of DKIM-Signature holds U+003B semicolon | its small letters, which some readers take
        i=x=3{LF} B=20dkim=3Dpass@a                       | the tag i= of DKIM-Signature holds U+003B semicolon | a fold in the middle
        i=x=20header.d=3Dbank.example@a                   | the tag i= of DKIM-Signature holds U+0020 space | a property of its own
        i=x=09header.d=3Dbank.example@a                   | the tag i= of DKIM-Signature holds U+0009 character tabulation | a tab
        i=x=0D=0AX-Other:y@a                              | the tag i= of DKIM-Signature holds U+000D carriage return (cr) | a field of its own
        i=x=0A=20y@a                                      | the tag i= of DKIM-Signature holds U+000A line feed (lf) | a fold
        i=x=00@a                                          | the tag i= of DKIM-Signature holds U+0000 null | the end of a text in C
        i=x=7F@a                                          | the tag i= of DKIM-Signature holds U+007F delete | a control
        i=x=28y@a                                         | the tag i= of DKIM-Signature holds U+0028 left parenthesis | the beginning of a comment
        i=x=29y@a                                         | the tag i= of DKIM-Signature holds U+0029 right parenthesis | its end
        i=x)y@a                                           | the tag i= of DKIM-Signature holds U+0029 right parenthesis | as it stands
        i="x"@a                                           | the tag i= of DKIM-Signature holds U+0022 quotation mark | a quoted local part
        i=x\\y@a                                           | the tag i= of DKIM-Signature holds U+005C reverse solidus | a backslash
        i=x header.d=bank.example@a                       | the tag i= of DKIM-Signature holds U+0020 space | white space that a reader leaves in
        i=x{LF}{TAB}header.d = bank.example@a             | the tag i= of DKIM-Signature holds U+0020 space | folded
        i=@a; i=x=3B@a                                    | the tag i= of DKIM-Signature holds U+003B semicolon | the second of two
        I=x=3B@a                                          | a tag of DKIM-Signature holds U+003B semicolon | a reader that knows no case
        junk; i = x=3B@a                                  | the tag i= of DKIM-Signature holds U+003B semicolon | junk in front
        d=a.example(b                                     | the tag d= of DKIM-Signature holds U+0028 left parenthesis | another tag
        s=s"1                                             | the tag s= of DKIM-Signature holds U+0022 quotation mark | another tag
        a=rsa-sha256=3B                                   | the tag a= of DKIM-Signature holds U+003B semicolon | another tag
        b=AAAA)=                                          | the tag b= of DKIM-Signature holds U+0029 right parenthesis | another tag
        b=AAAAAAAA header.d=bank.example                  | the tag b= of DKIM-Signature holds U+0020 space | another tag
        x-note=(hello                                     | a tag of DKIM-Signature holds U+0028 left parenthesis | a tag of nobody's
        i=@a.example                                      | - | the usual one
        i=user@a.example                                  | - | with a local part
        i=john.doe+tag=3Dx@a.example                      | - | quoted-printable
        i=j=C3=B6rg@a.example                             | - | UTF-8
        i=j\u00c3\u00b6rg@a.example                       | - | raw UTF-8
        i=user{LF}{TAB}@a.example                         | - | a fold inside (RFC 6376, section 2.11)
        i=bounce+a=b.example@a.example                    | - | VERP, an equal sign that quotes nothing
        i=o'neil&co!#$%*/?^_{}~@a.example                 | - | all that a local part may hold
        i=x=@a.example                                    | - | quoted-printable that is none
        i=                                                | - | empty
        z=From:"A=20B"=20<a@a>:=20a=3B(b)                 | - | copied fields are copied by nobody else
        h=From : To{LF}{TAB}: Subject                     | - | nor are the names of fields
        x=1795493204; t=1795490000; l=5; q=dns/txt        | - | the others
        """)
    void looksIntoSignatures(String tags, String found, String why) {
        String value = SIGNATURE + "; " + tags.replace("{LF}", "\n").replace("{TAB}", "\t");
        assertEquals(found, words(new TestMessage().field("DKIM-Signature", value)), why);
    }

    @ParameterizedTest(name = "{0} {1}: {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # envelope sender                                          | helo         | found | why
        <"x); dkim=pass header.d=bank.example (y"@attacker.example> | h.example   | the envelope sender holds U+0022 quotation mark | the local part
        <x;y@attacker.example>                                     | h.example    | the envelope sender holds U+003B semicolon | as some MTAs pass it
        <u@attacker.example(x>                                     | h.example    | the envelope sender holds U+0028 left parenthesis | the domain
        <@a.example;dkim=pass:u@attacker.example>                  | h.example    | the envelope sender holds U+003B semicolon | the source route
        <u@attacker.example>                                       | h);dkim=pass | the HELO name holds U+0029 right parenthesis | HELO
        <>                                                         | a b          | the HELO name holds U+0020 space | HELO of a bounce
        <>                                                         | h"           | the HELO name holds U+0022 quotation mark | a quote
        <u@sender.example>                                         | h.example    | - | the usual ones
        <>                                                         | [192.0.2.1]  | - | a bounce, an address literal
        <@a.example,@b.example:u@sender.example>                   | [IPv6:2001:db8::1] | - | a source route
        <SRS0=HHH=TT=orig.example=user@sender.example>             | h_1.example  | - | SRS
        <SRS1=HHH=a.example==HHH=TT=b.example=u@sender.example>    | H            | - | SRS twice
        <prvs=0123456789=user@sender.example>                      | h            | - | BATV
        <bounce+user=rcpt.example@sender.example>                  | h            | - | VERP
        <user+tag@sender.example>                                  | h            | - | a tag
        <msprvs1=18abc=bounces-1-2-3@sender.example>               | h            | - | a bulk sender
        <j\u00c3\u00b6rg@b\u00c3\u00bccher.example>                | h            | - | UTF-8
        <o'neil/x=a&b!#$%*?^_{}~@sender.example>                   | h            | - | all that a local part may hold
        <root>                                                     | h            | - | a local user
        """)
    void looksAtTheEnvelope(String sender, String helo, String found, String why) {
        assertEquals(found, words(new TestMessage().sender(sender).helo(helo)), why);
    }

    @Test
    void looksAtEachSignatureAndSeal() {
        TestMessage message = new TestMessage();
        for (int i = 0; i < 900; i++) {
            message.field("DKIM-Signature", SIGNATURE);
        }
        assertEquals("-", words(message));
        assertEquals(
                "the tag i= of DKIM-Signature holds U+003B semicolon",
                words(message.field("dkim-signature", SIGNATURE + ";i=a=3Bb@c")));
        assertEquals(
                "the tag d= of ARC-Seal holds U+0029 right parenthesis",
                words(new TestMessage().field("ARC-Seal", "i=1; d=a.example)")));
        assertEquals(
                "the tag s= of ARC-Message-Signature holds U+0028 left parenthesis",
                words(new TestMessage().field("ARC-Message-Signature", "i=1; s=(")));
        assertEquals("-", words(new TestMessage().field("X-DKIM-Signature", "i=a=3Bb")));
    }

    /** Whatever is quoted in i=: no text that the usual decoding makes dangerous goes unseen. */
    @Test
    void seesEachDangerousOctetWhereverItIsHidden() {
        Random random = new Random(6376);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder written = new StringBuilder("i=");
            boolean dangerous = false;
            for (int i = random.nextInt(8); i >= 0; i--) {
                char c = (char) random.nextInt(256);
                boolean isDangerous = c <= ' ' || c == 0x7F || ";()\"\\".indexOf(c) >= 0;
                dangerous |= isDangerous;
                boolean isQuoted = isDangerous || c == '=' || random.nextBoolean();
                written.append(isQuoted ? String.format(random.nextBoolean() ? "=%02X" : "=%02x", (int) c) : c);
            }
            assertEquals(
                    dangerous,
                    CopiedText.in(new TestMessage()
                                    .field("DKIM-Signature", written.toString())
                                    .facts())
                            .isPresent(),
                    written::toString);
        }
    }

    /** The fast look overlooks nothing that the long one sees. */
    @Test
    void seesAtAGlanceOnlyWhatIsPlain() {
        Random random = new Random(8463);
        String characters = "ab;;==3B20hz:) \t\n";
        int plain = 0;
        for (int round = 0; round < 100_000; round++) {
            StringBuilder written = new StringBuilder("i=");
            for (int i = random.nextInt(16); i >= 0; i--) {
                written.append(characters.charAt(random.nextInt(characters.length())));
            }
            if (CopiedText.isPlainly(written)) {
                plain++;
                assertEquals(
                        "-", words(new TestMessage().field("DKIM-Signature", written.toString())), written::toString);
            }
        }
        assertTrue(plain > 10_000, () -> "too few to tell");
    }

    @Test
    void neverShowsWhatItFound() {
        for (char c = 0; c < 256; c++) {
            Optional<CopiedText> found =
                    CopiedText.in(new TestMessage().helo("h" + c).facts());
            assertTrue(
                    found.map(CopiedText::words).orElse("").chars().allMatch(x -> x >= ' ' && x < 0x7F),
                    "U+" + (int) c);
        }
    }

    private static String words(TestMessage message) {
        return CopiedText.in(message.facts()).map(CopiedText::words).orElse("-");
    }
}
