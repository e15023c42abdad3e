package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.message.HeaderField;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DkimSignatureTest {
    private static final long NOW = 1_800_000_000;

    private static final Map<String, String> USUAL = Map.of(
            "v", "1", "a", "rsa-sha256", "b", "QUJD", "bh", "QUJD", "d", "example.com", "s", "sel", "h", "from:to");

    /** A change is {@code name=value}, {@code name} for a tag that is missing, or {@code +} and text that is added at the end. */
    private static String field(String change) {
        Map<String, String> tags = new LinkedHashMap<>(USUAL);
        String end = "";
        if (change.startsWith("+")) {
            end = change.substring(1);
        } else if (change.indexOf('=') < 0) {
            tags.remove(change);
        } else {
            int equalSign = change.indexOf('=');
            tags.put(change.substring(0, equalSign), change.substring(equalSign + 1));
        }
        String text = tags.entrySet().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .collect(Collectors.joining("; "));
        return (text + end)
                .replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
                .replace("\\v", "\u000b");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # change                        | result    | reason
        z=a b=c                         | usable    |
        +;                              | usable    |
        '+ ;\\r\\n\\t'                  | usable    |
        X=any                           | usable    |
        a_1=any                         | usable    |
        '+;;'                           | neutral   | empty tag
        '+; ;x=1'                       | neutral   | empty tag
        '+; x'                          | neutral   | malformed tag
        '+; 1=x'                        | neutral   | malformed tag
        '+; _x=1'                       | neutral   | malformed tag
        '+; x-y=1'                      | neutral   | malformed tag
        '+; =x'                         | neutral   | malformed tag
        '+; d=example.com'              | neutral   | tag d= twice
        '+; y=1; y=2'                   | neutral   | tag y= twice
        '+; y=1; Y=2'                   | usable    |
        'z=a\\0b'                       | neutral   | control character in the tag list
        'z=a\\vb'                       | neutral   | control character in the tag list
        'z=a\\rb'                       | neutral   | control character in the tag list
        'z=a\\nb'                       | neutral   | control character in the tag list
        'z=a\\r\\nb'                    | neutral   | control character in the tag list
        'z=a\\r\\n\\tb'                 | usable    |
        'z=a\\n b'                      | usable    |
        v                               | neutral   | tag v= is missing
        V=1                             | usable    |
        v=                              | neutral   | tag v= is empty
        v=2                             | neutral   | tag v= is not 1
        v=01                            | neutral   | tag v= is not 1
        a                               | neutral   | tag a= is missing
        a=                              | neutral   | tag a= is empty
        a=RSA-SHA256                    | usable    |
        a=rsa                           | neutral   | tag a= is unknown
        a=rsa-sha512                    | neutral   | tag a= is unknown
        a=rsa-sha1                      | policy    | rsa-sha1 is not accepted
        a=ed25519-sha256                | usable    |
        b                               | neutral   | tag b= is missing
        b=                              | neutral   | tag b= is empty
        'b=Q U\\r\\n JD'                | usable    |
        b=QUJ!                          | neutral   | tag b= is not base64
        b=Q                             | neutral   | tag b= is not base64
        bh                              | neutral   | tag bh= is missing
        bh=                             | neutral   | tag bh= is empty
        bh=_-AA                         | neutral   | tag bh= is not base64
        d                               | neutral   | tag d= is missing
        d=                              | neutral   | tag d= is empty
        d=example.com.                  | neutral   | tag d= is no domain
        d=com                           | neutral   | tag d= is no domain
        d=EXAMPLE.com                   | usable    |
        d=under_score.example           | usable    |
        s                               | neutral   | tag s= is missing
        s=                              | neutral   | tag s= is empty
        s=20261128                      | usable    |
        s=a.b                           | usable    |
        s=a..b                          | neutral   | tag s= is no selector
        h                               | neutral   | tag h= is missing
        h=                              | neutral   | tag h= is empty
        h=from:                         | neutral   | tag h= has an empty name
        h=from::to                      | neutral   | tag h= has an empty name
        'h=from :\\r\\n to'             | usable    |
        h=from:t o                      | neutral   | tag h= has what is no name of a field
        h=FROM                          | usable    |
        h=to                            | permerror | the From field is not signed
        h=x-from                        | permerror | the From field is not signed
        c=simple                        | usable    |
        c=Relaxed/SIMPLE                | usable    |
        c=                              | neutral   | tag c= is empty
        c=nowsp                         | neutral   | tag c= is unknown
        c=relaxed/                      | neutral   | tag c= is unknown
        c=/relaxed                      | neutral   | tag c= is unknown
        c=simple/simple/simple          | neutral   | tag c= is unknown
        i=@example.com                  | usable    |
        i=joe@mail.example.com          | usable    |
        i=a@b@example.com               | usable    |
        i=joe@other.example             | neutral   | tag i= is outside of d=
        i=joe@badexample.com            | neutral   | tag i= is outside of d=
        i=joe@com                       | neutral   | tag i= has no domain
        i=                              | neutral   | tag i= has no domain
        i=joe                           | neutral   | tag i= has no domain
        i=@                             | neutral   | tag i= has no domain
        i=joe@ex=61mple.com             | usable    |
        i=joe@example=2Ecom             | usable    |
        i=joe@example.com=2Eevil        | neutral   | tag i= is outside of d=
        i=joe@example.com=00            | neutral   | tag i= has no domain
        i=a@other.example=40example.com | neutral   | tag i= has no domain
        i=@example.com.                 | neutral   | tag i= has no domain
        q=dns/txt                       | usable    |
        q=DNS/TXT                       | usable    |
        q=dns/other : dns/txt           | usable    |
        q=dns                           | neutral   | tag q= does not name dns/txt
        q=                              | neutral   | tag q= does not name dns/txt
        l=0                             | usable    |
        l=9999999999999999999999999999  | usable    |
        l=-1                            | neutral   | tag l= is no number
        l=                              | neutral   | tag l= is no number
        l=1 0                           | neutral   | tag l= is no number
        t=99999999999                   | usable    |
        t=1234567890123                 | neutral   | tag t= is no number
        t=now                           | neutral   | tag t= is no number
        x=1799999701                    | usable    |
        x=1799999700                    | usable    |
        x=1799999699                    | policy    | expired
        '+; t=1800000001; x=1800000001' | neutral   | tag x= is not later than t=
        '+; t=1800000001; x=1800000002' | usable    |
        """)
    void reads(String change, String expected, String reason) {
        SignatureCheck check =
                SignatureCheck.of(3, new HeaderField(DkimSignature.FIELD, field(change)), DkimSignature::of, NOW);
        assertEquals(expected.equals("usable"), check.signer().isPresent());
        if (!expected.equals("usable")) {
            DkimResult result =
                    check.decide(new SignedFields(List.of()), new PublishedKeys(), new VerificationBudget());
            assertEquals(expected, result.code().word());
            assertEquals(reason, result.reason());
            assertEquals(3, result.place());
        }
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # change   | header  | body    | why
        c          | SIMPLE  | SIMPLE  | none said
        c=relaxed  | RELAXED | SIMPLE  | nothing said of the body
        c=simple/relaxed | SIMPLE | RELAXED | both said
        """)
    void canonicalizations(String change, Canonicalization header, Canonicalization body, String why) throws Exception {
        StrictTags tags = StrictTags.parse(field(change), Code.NEUTRAL);
        DkimSignature signature = DkimSignature.of(tags, SignatureClaims.of(tags), NOW);
        assertEquals(header, signature.header(), why);
        assertEquals(body, signature.body(), why);
        assertTrue(signature.isOfDomainItself());
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # change              | domain      | selector | identity              | why
        a=unknown             | example.com | sel      | ''                    | what could be read is told
        d=com                 | ''          | ''       | ''                    | without domain there is no selector
        s=a/b                 | example.com | ''       | ''                    | a selector that cannot be
        i=joe@other.example   | example.com | sel      | joe@other.example     | as written
        'i=a \\r\\n b@x.example' | example.com | sel   | ab@x.example          | without white space
        +;;                   | ''          | ''       | ''                    | no list of tags
        """)
    void tellsWhatCouldBeRead(String change, String domain, String selector, String identity, String why) {
        DkimResult result = SignatureCheck.of(
                        0, new HeaderField(DkimSignature.FIELD, field(change)), DkimSignature::of, NOW)
                .decide(new SignedFields(List.of()), new PublishedKeys(), new VerificationBudget());
        assertEquals(domain, result.domain().map(Object::toString).orElse(""), why);
        assertEquals(selector, result.selector(), why);
        assertEquals(identity, result.identity(), why);
    }
}
