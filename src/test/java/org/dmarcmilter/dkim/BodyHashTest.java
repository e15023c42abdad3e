package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BodyHashTest {
    private static final int RANDOM_BODIES = 100_000;
    private static final String[] PARTS = {"a", " ", "\t", "\r\n", "\r", "\n"};

    private static final Pattern WHITE_SPACE = Pattern.compile("[ \t]+");
    private static final Pattern AT_END_OF_LINE = Pattern.compile(" (\r\n|\\z)");

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
        # body (s space, t tab, r CR, n LF) | simple | relaxed | why
        ''         | rn       | ''      | no body
        rn         | rn       | ''      | an empty line
        rnrn       | rn       | ''      | empty lines only
        s          | srn      | ''      | white space only
        a          | arn      | arn     | no line end
        arn        | arn      | arn     | a line
        arnrnrn    | arn      | arn     | empty lines at the end
        arnrnarn   | arnrnarn | arnrnarn | empty lines within
        rnarn      | rnarn    | rnarn   | empty lines before
        arnsrntrn  | arnsrntrn | arn    | lines of white space at the end
        aststarn   | aststarn | asarn   | white space within a line
        tarn       | tarn     | sarn    | white space before
        asrn       | asrn     | arn     | white space at the end of a line
        asr        | asrrn    | asrrn   | a CR at the very end is no line end
        an         | anrn     | anrn    | a bare LF neither
        arrn       | arrn     | arrn    | CR before CRLF
        arsrn      | arsrn    | arrn    | CR before white space
        asrarn     | asrarn   | asrarn  | CR within a line
        arnnrn     | arnnrn   | arnnrn  | a line of one LF
        """)
    void canonicalizes(String body, String simple, String relaxed, String why) {
        check(Canonicalization.SIMPLE, octets(body), octets(simple), why);
        check(Canonicalization.RELAXED, octets(body), octets(relaxed), why);
    }

    private static byte[] octets(String text) {
        return text.replace('s', ' ')
                .replace('t', '\t')
                .replace('r', '\r')
                .replace('n', '\n')
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void check(Canonicalization canonicalization, byte[] body, byte[] canonical, String why) {
        BodyHash hash = new BodyHash(canonicalization);
        hash.update(body, body.length);
        hash.end();
        assertEquals(
                hex(BodyHash.sha256().digest(canonical)),
                hex(hash.hash(OptionalLong.empty()).orElseThrow()),
                why);
        assertEquals(canonical.length, hash.length());
    }

    @Test
    void emptyRelaxedBodyIsTheHashOfNothing() {
        BodyHash hash = new BodyHash(Canonicalization.RELAXED);
        hash.end();
        assertEquals(
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                Base64.getEncoder()
                        .encodeToString(hash.hash(OptionalLong.empty()).orElseThrow()));
    }

    /** The other one has the whole body at once, and regular expressions. */
    @ParameterizedTest
    @EnumSource(Canonicalization.class)
    void agreesWithAnotherOnRandomBodies(Canonicalization canonicalization) {
        Random random = new Random(6376);
        for (int i = 0; i < RANDOM_BODIES; i++) {
            StringBuilder text = new StringBuilder();
            for (int parts = random.nextInt(24); parts > 0; parts--) {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
            String body = text.toString();
            String canonical = naive(canonicalization, body);
            long[] limits = {random.nextInt(30), random.nextInt(30), canonical.length(), Long.MAX_VALUE};
            BodyHash hash = hash(canonicalization, body, limits, random);
            String name = body.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
            assertEquals(canonical.length(), hash.length(), name);
            assertEquals(
                    Optional.of(naiveHash(canonical)),
                    hash.hash(OptionalLong.empty()).map(BodyHashTest::hex),
                    name);
            for (long limit : limits) {
                Optional<String> expected = limit > canonical.length()
                        ? Optional.empty()
                        : Optional.of(naiveHash(canonical.substring(0, (int) limit)));
                assertEquals(expected, hash.hash(OptionalLong.of(limit)).map(BodyHashTest::hex), name);
            }
        }
    }

    /** In pieces that end anywhere. */
    private static BodyHash hash(Canonicalization canonicalization, String body, long[] limits, Random random) {
        BodyHashes hashes = new BodyHashes();
        BodyHash hash = hashes.want(canonicalization, OptionalLong.empty());
        for (long limit : limits) {
            hashes.want(canonicalization, OptionalLong.of(limit));
        }
        ByteBuffer octets = ByteBuffer.wrap(body.getBytes(StandardCharsets.ISO_8859_1));
        while (octets.position() < body.length()) {
            int end = octets.position() + 1 + random.nextInt(body.length() - octets.position());
            octets.limit(end);
            hashes.update(octets);
            octets.limit(body.length()).position(end);
        }
        hashes.end();
        return hash;
    }

    static String naive(Canonicalization canonicalization, String body) {
        boolean relaxed = canonicalization == Canonicalization.RELAXED;
        String text = body;
        if (relaxed) {
            text = WHITE_SPACE.matcher(text).replaceAll(" ");
            text = AT_END_OF_LINE.matcher(text).replaceAll("$1");
        }
        while (text.endsWith("\r\n")) {
            text = text.substring(0, text.length() - 2);
        }
        return relaxed && text.isEmpty() ? "" : text + "\r\n";
    }

    private static String naiveHash(String text) {
        return hex(BodyHash.sha256().digest(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    /** Longer than the buffer, with what is counted across its end. */
    @ParameterizedTest
    @EnumSource(Canonicalization.class)
    void agreesOnLongBodies(Canonicalization canonicalization) {
        Random random = new Random(8301);
        for (int i = 0; i < 40; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 20_000) {
                text.append(PARTS[random.nextInt(PARTS.length)].repeat(1 + random.nextInt(i < 20 ? 3 : 3_000)));
            }
            String canonical = naive(canonicalization, text.toString());
            long[] limits = {random.nextInt(20_000), random.nextInt(20_000), canonical.length() - 1L};
            BodyHash hash = hash(canonicalization, text.toString(), limits, random);
            assertEquals(
                    Optional.of(naiveHash(canonical)),
                    hash.hash(OptionalLong.empty()).map(BodyHashTest::hex));
            for (long limit : limits) {
                Optional<String> expected = limit > canonical.length()
                        ? Optional.empty()
                        : Optional.of(naiveHash(canonical.substring(0, (int) limit)));
                assertEquals(expected, hash.hash(OptionalLong.of(limit)).map(BodyHashTest::hex));
            }
        }
    }
}
