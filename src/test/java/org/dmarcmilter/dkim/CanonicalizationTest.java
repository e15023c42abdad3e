package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalizationTest {
    private static String plain(String text) {
        return text.replace('_', ' ')
                .replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\v", "\u000b");
    }

    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        # name  | space | value (_ space)    | simple             | relaxed        | why
        A       | _     | X                  | A:_X               | a:X            | RFC 6376, section 3.4.5
        B       | _     | Y\\t\\r\\n\\tZ__   | B:_Y\\t\\r\\n\\tZ__ | b:Y_Z         | a fold and white space at the end
        B       | _     | Y\\t\\n\\tZ__      | B:_Y\\t\\r\\n\\tZ__ | b:Y_Z         | the same with LF for a fold
        A       | ''    | X                  | A:X                | a:X            | no space
        A       | _     | _X                 | A:__X              | a:X            | two spaces
        A       | ''    | \\tX               | A:\\tX             | a:X            | a tab
        A       | _     | \\r\\n_X           | A:_\\r\\n_X        | a:X            | a fold at once
        A       | _     | ''                 | A:_                | a:             | nothing
        A       | ''    | ___                | A:___              | a:             | white space
        A       | _     | X\\r\\n_\\r\\n_    | A:_X\\r\\n_\\r\\n_ | a:X            | an empty fold at the end
        A       | _     | X\\vY_\\v          | A:_X\\vY_\\v       | a:X\\vY_\\v    | vertical tab is no white space
        A       | _     | X\\rY              | A:_X\\rY           | a:X\\rY        | a bare CR is an octet
        A       | _     | XY                 | A:_XY              | a:XY           | nothing to do
        \u00c9T | _     | x                  | \u00c9T:_x         | \u00c9t:x      | case is of ASCII
        """)
    void fields(String name, String space, String value, String simple, String relaxed, String why) {
        assertEquals(plain(simple), canonical(Canonicalization.SIMPLE, name, space, value), why);
        assertEquals(plain(relaxed), canonical(Canonicalization.RELAXED, name, space, value), why);
    }

    private static String canonical(Canonicalization canonicalization, String name, String space, String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        canonicalization.write(name, plain(space), plain(value), out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # tag list                | without                | why
        a=1; b=QUJD; c=2          | a=1; b=; c=2           | in the middle
        a=1; b=QUJD               | a=1; b=                | at the end
        b=QUJD;a=1                | b=;a=1                 | at the beginning
        a=1; b_=_QU\\r\\n_JD_;_c=2 | a=1; b_=;_c=2         | with the white space around it, but for that before the equal sign
        a=1;\\r\\n\\tb=QUJD       | a=1;\\r\\n\\tb=         | after a fold
        z=x b=y; b=Q; bb=b        | z=x b=y; b=; bb=b      | another value may hold the same text
        B=x; b=Q==                | B=x; b=                | names have case, and base64 has equal signs
        a=1                       | a=1                    | none there
        """)
    void withoutSignature(String list, String expected, String why) {
        assertEquals(plain(expected), SignedFields.withoutSignature(plain(list)), why);
    }
}
