package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.message.Octets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceivedSpfTest {
    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # value | result | domain that may count | why
            pass (example.com: authorized) receiver=mail.example.com; identity=mailfrom; envelope-from=user@example.com; client-ip=1.2.3.4 | pass | example.com | pass
            fail (example.com: not authorized) receiver=mail.example.com; identity=mailfrom; envelope-from=user@example.com; client-ip=1.2.3.4 | fail | example.com | fail
            pass (example.com: authorized) receiver=mail.example.com; identity=helo; envelope-from=user@example.com; client-ip=1.2.3.4 | pass | | HELO identity
            pass (x) identity=mailfrom; envelope-from=user@other.com | pass | other.com | another domain, the caller compares
            pass identity=mailfrom; envelope-from="bounces+2309175-1e1a-antonioxh.morgents=open.com@emails.livestorminvites.com" | pass | emails.livestorminvites.com | equal sign in quotes
            pass identity=mailfrom; envelope-from=bounces+longlocalpart=recipient@sender.example.com | pass | sender.example.com | E100 equal sign in a local part
            Pass (sender SPF authorized) identity=mailfrom; client-ip=199.59.150.72; helo=spruce-goose.twitter.com; envelope-from=123456789-abcdefghijklmnop-johndoe===example.com@bounce.twitter.com; receiver=johndoe@example.com | pass | bounce.twitter.com | three of them
            pass identity=mailfrom; envelope-from=verylonglocalpart==short@sender.com | pass | sender.com | two of them
            pass (this is a comment with = signs and ; semicolons) identity=mailfrom; envelope-from=user@example.com; client-ip=1.2.3.4 | pass | example.com | comment with signs
            pass identity=mailfrom; client-ip=1.2.3.4; envelope-from=user@example.com | pass | example.com | no semicolon at the end
            pass identity=mailfrom; client-ip=1.2.3.4; envelope-from=user@example.com; | pass | example.com | semicolon at the end
            pass | pass | | E098 nothing but a result
            pass (x) client-ip=1.2.3.4; envelope-from=user@example.com | pass | | E098 no identity
            pass identity=mailfrom | pass | | E098 no envelope-from
            pass identity=mailfrom; envelope-from="somebody@trusteddomain.org" | pass | trusteddomain.org | E099
            pass identity=mailfrom; envelope-from=SRS0=x=y=z.example=u@example.com | pass | example.com | E100 SRS
            PASS (a (b) \\) c) Identity = (x) MailFrom (y) ; (z) Envelope-From (y) = "user@EXAMPLE.com" (w) | pass | example.com | comments, case, spaces
            pass{CRLF}{TAB}identity=mailfrom;{LF} envelope-from=user@example.com | pass | example.com | folds
            pass identity=mailfrom; envelope-from="" | pass | | null sender
            pass identity=mailfrom; envelope-from=<> | pass | | null sender in brackets
            pass identity=mailfrom; envelope-from=<user@example.com> | pass | | brackets are no part of the grammar
            pass identity=mailfrom; envelope-from=any@legit.example(.attack.example; helo=x) | pass | | E086 parenthesis that hides the next pair
            pass identity=mailfrom; envelope-from=any@legit.example'@attack.example | pass | | E087 two at signs
            pass identity=mailfrom; envelope-from="a; envelope-from=u@bank.example"@evil.example | pass | evil.example | quoted local part that looks like a pair
            softfail identity=mailfrom; envelope-from=a@example.com; x-unknown=1; mechanism="-all" | softfail | example.com | unknown keys
            weird_word identity=mailfrom; envelope-from=a@example.com | weird_word | example.com | unknown result
            """)
    void reads(String value, String result, String domain, String why) {
        ReceivedSpf field = ReceivedSpf.parse(Octets.of(value)).orElseThrow();
        assertEquals(result, field.result().text(), why);
        assertEquals(domain, field.mailFromDomain().map(DomainName::ascii).orElse(null), why);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # value | why
            `` | empty
            (pass) | comment only
            pass; identity=mailfrom; identity=helo | a key twice: which one was checked?
            pass identity=mailfrom; envelope-from=a@example.com; Envelope-From=b@bank.example | a key twice
            pass identity=mailfrom envelope-from=a@example.com | no semicolon between pairs
            pass identity=mailfrom; envelope-from=a@example.com b | text after a value
            pass identity=mailfrom; stray; envelope-from=a@example.com | a word that is no pair
            pass =mailfrom | no key
            pass/fail identity=mailfrom | no result word
            identity=mailfrom; envelope-from=a@example.com | no result
            pass (identity=mailfrom; envelope-from=a@example.com | comment not closed
            pass identity=mailfrom; envelope-from="a@example.com | quote not closed
            pass identity=mailfrom; envelope-from=a{NUL}@example.com | control character
            """)
    void refuses(String value, String why) {
        assertEquals(Optional.empty(), ReceivedSpf.parse(Octets.of(value)), why);
    }

    @Test
    void namesItsValues() {
        ReceivedSpf field = ReceivedSpf.parse(
                        "None identity=helo; helo=h.example; receiver=\"r.example\"; client-ip=2001:db8::1; envelope-from=a@b.example; k.x-y=z")
                .orElseThrow();
        assertEquals(ResultWord.NONE, field.result());
        assertEquals(Optional.of("helo"), field.identity());
        assertEquals(Optional.of("h.example"), field.helo());
        assertEquals(Optional.of("r.example"), field.receiver());
        assertEquals(Optional.of("a@b.example"), field.envelopeFrom());
        assertEquals("z", field.pairs().get("k.x-y"));
        assertEquals(
                new ReceivedSpf(ResultWord.PASS, Map.of()),
                ReceivedSpf.parse(" pass ").orElseThrow());
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # client-ip            | about | why
        192.0.2.10             | true  | the client
        ::ffff:192.0.2.10      | true  | the client, mapped into IPv6
        ::FFFF:c000:20a        | true  | the same in groups
        IPv6:::ffff:192.0.2.10 | true  | the same with the tag of SMTP
        ::192.0.2.10           | false | an address of IPv6
        192.0.2.11             | false | another
        2001:db8::1            | false | another of the other family
        no address             | false | nobody that we know
        ''                     | false | nobody
        -                      | true  | it does not say
        """)
    void saysAboutWhomItIs(String clientIp, boolean about, String why) {
        String pair = clientIp.equals("-") ? "" : " client-ip=\"" + clientIp + "\"";
        ReceivedSpf field = ReceivedSpf.parse("pass" + pair).orElseThrow();
        assertEquals(about, field.isAbout(Optional.of(IpAddress.of("192.0.2.10"))), why);
    }

    @Test
    void hasABound() {
        StringBuilder value = new StringBuilder("pass a=b");
        for (int i = 0; i < 101; i++) {
            value.append("; k").append(i).append("=v");
        }
        assertTrue(ReceivedSpf.parse(value.toString()).isEmpty());
    }
}
