package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8017, section 8.2.2. The encodings are signed here as they are, by the owner of the key: a forger could do no more. */
class RsaKeyTest {
    private static final int OCTETS = 128;
    private static final KeyPair PAIR = pair(8 * OCTETS);
    private static final RsaKey KEY = key(PAIR);
    private static final byte[] TEXT = "from:joe@example.com\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HASH = BodyHash.sha256().digest(TEXT);

    private static final String SHA256 = "3031300d060960864801650304020105000420";

    private static KeyPair pair(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RsaKey key(KeyPair pair) {
        RSAPublicKey numbers = (RSAPublicKey) pair.getPublic();
        return new RsaKey(numbers.getModulus(), numbers.getPublicExponent());
    }

    private static byte[] octets(BigInteger number, int length) {
        byte[] signed = number.toByteArray();
        byte[] octets = new byte[length];
        int most = Math.min(length, signed.length);
        System.arraycopy(signed, signed.length - most, octets, length - most, most);
        return octets;
    }

    /** The owner's signature of whatever it is. */
    private static byte[] signed(byte[] encoded) {
        RSAPrivateKey owner = (RSAPrivateKey) PAIR.getPrivate();
        return octets(new BigInteger(1, encoded).modPow(owner.getPrivateExponent(), owner.getModulus()), OCTETS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_024, 1_025, 1_031, 1_032, 2_048, 2_049, 3_072})
    void agreesWithTheJdk(int bits) throws GeneralSecurityException {
        KeyPair pair = pair(bits);
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(pair.getPrivate());
        for (int i = 0; i < 10; i++) {
            byte[] text = Arrays.copyOf(TEXT, i);
            signer.update(text);
            byte[] signature = signer.sign();
            byte[] hash = BodyHash.sha256().digest(text);
            assertTrue(key(pair).verifies(hash, signature));
            signature[i] ^= 1;
            assertFalse(key(pair).verifies(hash, signature));
            signature[i] ^= 1;
            hash[i] ^= 1;
            assertFalse(key(pair).verifies(hash, signature));
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # encoded: F* fills up with FF, H is the hash               | good  | why
        0001 F* 00 3031300d060960864801650304020105000420 H          | true  | EMSA-PKCS1-v1_5
        0001 F* 00 302f300b0609608648016503040201 0420 H             | false | no NULL, which SHA-256 has here (appendix A.2.4)
        0001 F* 00 H                                                 | false | no DigestInfo
        0001 F* 00 3031300d060960864801650304020305000440 H H        | false | another hash
        0001 F* 00 3021300906052b0e03021a05000414 H                  | false | another hash, SHA-1
        0001 F* 00 3041300d060960864801650304020105000430 H 00000000000000000000000000000000 | false | a longer hash
        0001 FFFFFFFFFFFFFFFF 00 3031300d060960864801650304020105000420 H F* | false | text behind the hash (Bleichenbacher 2006)
        0001 FFFFFFFFFFFFFFFF 00 F* 3031300d060960864801650304020105000420 H | false | text before the DigestInfo
        0001 F* 00 3081310d060960864801650304020105000420 H          | false | another length
        0001 F* 00 308131300d060960864801650304020105000420 H        | false | a length in long form
        0001 F* FE 00 3031300d060960864801650304020105000420 H       | false | padding with another octet
        0001 F* 3031300d060960864801650304020105000420 H             | false | no end of the padding
        0001 F* 0000 3031300d060960864801650304020105000420 H        | false | two ends of the padding
        0000 F* 00 3031300d060960864801650304020105000420 H          | false | block type 0
        0002 F* 00 3031300d060960864801650304020105000420 H          | false | block type 2
        0101 F* 00 3031300d060960864801650304020105000420 H          | false | no zero at the beginning
        """)
    void takesOneEncodingAlone(String encoded, boolean good, String why) {
        String hex = encoded.replace(" ", "").replace("H", HexFormat.of().formatHex(HASH));
        int missing = OCTETS - (hex.length() - 2) / 2;
        byte[] octets = HexFormat.of().parseHex(hex.replace("F*", "FF".repeat(missing)));
        assertEquals(OCTETS, octets.length);
        assertEquals(good, KEY.verifies(HASH, signed(octets)), why);
    }

    private static byte[] signature(byte[] hash) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        encoded.writeBytes(new byte[] {0, 1});
        encoded.writeBytes(HexFormat.of().parseHex("ff".repeat(OCTETS - 54) + "00" + SHA256));
        encoded.writeBytes(hash);
        return signed(encoded.toByteArray());
    }

    @Test
    void hasTheLengthOfTheModulus() {
        byte[] good = signature(HASH);
        assertTrue(KEY.verifies(HASH, good));
        byte[] longer = new byte[OCTETS + 1];
        System.arraycopy(good, 0, longer, 1, OCTETS);
        assertFalse(KEY.verifies(HASH, longer), "a zero before it");
        assertFalse(KEY.verifies(HASH, Arrays.copyOf(good, OCTETS + 1)), "a zero behind it");
        assertFalse(KEY.verifies(HASH, new byte[0]));
        // One in 256 begins with a zero, which belongs to it.
        for (int i = 0; ; i++) {
            byte[] hash = BodyHash.sha256().digest(new byte[i]);
            byte[] signature = signature(hash);
            assertTrue(KEY.verifies(hash, signature));
            if (signature[0] == 0) {
                assertFalse(KEY.verifies(hash, Arrays.copyOfRange(signature, 1, OCTETS)), "its zero left out");
                return;
            }
        }
    }

    /** The same number modulo the modulus would be a second signature of the same text. */
    @Test
    void isSmallerThanTheModulus() {
        BigInteger most = BigInteger.ONE.shiftLeft(8 * OCTETS);
        for (int i = 0; ; i++) {
            byte[] hash = BodyHash.sha256().digest(new byte[i]);
            BigInteger larger = new BigInteger(1, signature(hash)).add(KEY.modulus());
            if (larger.compareTo(most) < 0) {
                assertFalse(KEY.verifies(hash, octets(larger, OCTETS)));
                return;
            }
        }
    }

    @Test
    void numbersThatAreNoSignature() {
        BigInteger modulus = KEY.modulus();
        for (BigInteger number : new BigInteger[] {
            BigInteger.ZERO, BigInteger.ONE, modulus.subtract(BigInteger.ONE), modulus, modulus.add(BigInteger.ONE)
        }) {
            assertFalse(KEY.verifies(HASH, octets(number, OCTETS)), number::toString);
        }
    }

    @ParameterizedTest(name = "exponent {0}, modulus 2^1024 - {1}: {2}")
    @CsvSource({
        "3, 1, true",
        "65537, 1, true",
        "0, 1, false",
        "1, 1, false",
        "2, 1, false",
        "4, 1, false",
        "65536, 1, false",
        "65537, 2, false",
        "3, 2, false",
    })
    void neitherNumberIsEven(BigInteger exponent, BigInteger less, boolean good) throws NoPassException {
        byte[] octets = der(BigInteger.ONE.shiftLeft(1_024).subtract(less), exponent);
        if (good) {
            assertEquals(exponent, RsaKey.of(octets).exponent());
        } else {
            NoPassException refused = assertThrows(NoPassException.class, () -> RsaKey.of(octets));
            assertEquals(Code.PERMERROR, refused.code());
            assertEquals("malformed RSA key", refused.reason());
        }
    }

    private static byte[] der(BigInteger modulus, BigInteger exponent) {
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        for (BigInteger number : new BigInteger[] {modulus, exponent}) {
            byte[] octets = number.toByteArray();
            numbers.writeBytes(new byte[] {2, (byte) 0x82, (byte) (octets.length >> 8), (byte) octets.length});
            numbers.writeBytes(octets);
        }
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        key.writeBytes(new byte[] {0x30, (byte) 0x82, (byte) (numbers.size() >> 8), (byte) numbers.size()});
        key.writeBytes(numbers.toByteArray());
        return key.toByteArray();
    }
}
