package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgedKeyTest {
    private static final String RSA = TestSigner.rsa(1_024).publicKey();
    private static final String ED25519 = TestSigner.ed25519().publicKey();

    @ParameterizedTest(name = "[{index}] {0}")
    @CsvSource(delimiter = '|', textBlock = """
        # record (R and E are keys)               | result    | reason
        v=DKIM1; k=rsa; p=R                       | pass      |
        v=DKIM1; k=ed25519; p=E                   | pass      |
        p=R                                       | pass      |
        p=R;                                      | pass      |
        k=RSA; p=R                                | pass      |
        v=DKIM1; n=some words; x=y; g=; p=R       | pass      |
        v=DKIM1; p=                               | permerror | key revoked
        v=DKIM1                                   | permerror | no key record: tag p= is missing
        v=DKIM1; P=R                              | permerror | no key record: tag p= is missing
        v=dkim1; p=R                              | permerror | no key record: tag v= is not DKIM1
        v=DKIM2; p=R                              | permerror | no key record: tag v= is not DKIM1
        p=R; v=DKIM1                              | permerror | no key record: tag v= is not first
        v=DKIM1; p=R; p=R                         | permerror | no key record: tag p= twice
        v=DKIM1\\; p=R                            | permerror | no key record: tag v= is not DKIM1
        "v=DKIM1; p=R"                            | permerror | no key record: malformed tag
        v=DKIM1;; p=R                             | permerror | no key record: empty tag
        v=DKIM1; p=a!                             | permerror | no key record: tag p= is not base64
        v=DKIM1; p=AAAA                           | permerror | malformed RSA key
        v=DKIM1; k=dsa; p=R                       | permerror | key of unknown type 'dsa'
        v=DKIM1; k=ed25519; p=R                   | permerror | Ed25519 key of 162 octets instead of 32
        v=DKIM1; k=rsa; p=E                       | permerror | malformed RSA key
        k=ed25519; p=AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= | permerror | malformed ed25519 key
        v=DKIM1; h=sha1; p=R                      | permerror | key not for sha256
        v=DKIM1; h=sha1 : SHA256; p=R             | pass      |
        v=DKIM1; h=; p=R                          | permerror | key not for sha256
        v=DKIM1; s=email; p=R                     | pass      |
        v=DKIM1; s=tlsrpt:*; p=R                  | pass      |
        v=DKIM1; s=tlsrpt; p=R                    | permerror | key not for mail
        v=DKIM1; s=; p=R                          | permerror | key not for mail
        v=DKIM1; t=y:s; p=R                       | pass      |
        v=spf1 -all                               | permerror | no key record: tag v= is not DKIM1
        some words                                | permerror | no key record: malformed tag
        ''                                        | permerror | no key record: empty tag
        """)
    void judges(String record, String expected, String reason) {
        JudgedKey key = JudgedKey.of(record.replace("p=R", "p=" + RSA).replace("p=E", "p=" + ED25519));
        assertEquals(expected, key.code().word(), key::toString);
        assertEquals(reason == null ? "" : reason, key.reason());
        assertEquals(expected.equals("pass"), key.keyBits() > 0);
        assertEquals(record.contains("t=y"), key.testMode());
        assertEquals(record.contains("y:s"), key.exactDomain());
        if (expected.equals("pass")) {
            assertEquals(record.contains("ed25519") ? "ed25519-sha256" : "rsa-sha256", key.algorithm());
        }
    }

    @ParameterizedTest(name = "{0} bits, exponent of {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # modulus | exponent | result    | reason
        512       | 17       | policy    | RSA key of 512 bits is too short
        1016      | 17       | policy    | RSA key of 1016 bits is too short
        1023      | 17       | policy    | RSA key of 1023 bits is too short
        1024      | 17       | pass      |
        4096      | 17       | pass      |
        8192      | 17       | pass      |
        8193      | 17       | policy    | RSA key of 8193 bits is too long
        16384     | 17       | policy    | RSA key of 16384 bits is too long
        2048      | 2        | pass      |
        2048      | 1        | permerror | malformed RSA key
        2048      | 33       | pass      |
        2048      | 34       | policy    | RSA key with too long an exponent
        2048      | 2047     | policy    | RSA key with too long an exponent
        """)
    void boundsRsaKeys(int bits, int exponentBits, String expected, String reason) {
        BigInteger modulus = BigInteger.ONE.shiftLeft(bits - 1).setBit(0);
        BigInteger exponent = BigInteger.ONE.shiftLeft(exponentBits - 1).setBit(0);
        JudgedKey key = JudgedKey.of("p="
                + Base64.getEncoder()
                        .encodeToString(der(0x30, der(2, modulus.toByteArray()), der(2, exponent.toByteArray()))));
        assertEquals(expected, key.code().word(), key::toString);
        assertEquals(reason == null ? "" : reason, key.reason());
        assertEquals(expected.equals("pass") ? bits : 0, key.keyBits());
    }

    private static byte[] der(int tag, byte[]... values) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] value : values) {
            all.writeBytes(value);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        out.write(0x82);
        out.write(all.size() >> 8);
        out.write(all.size());
        out.writeBytes(all.toByteArray());
        return out.toByteArray();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # octets of p=                     | why
        30                                 | a tag alone
        3080                               | no length
        3006020103020103                   | a key of five bits
        3003020103                         | no exponent
        30060201FF020103                   | a negative modulus
        3005020002013                      | an empty number
        3006020103020103FF                 | something behind it
        3007020103020103FF                 | something within
        3084FFFFFFFF                       | a length of four octets
        30820500020103020103               | longer than it is
        300A3003060101030300FF00           | another algorithm
        """)
    void brokenNumbersAreNoKey(String hex, String why) {
        byte[] octets = new BigInteger("1" + (hex.length() % 2 == 0 ? hex : hex + "0"), 16).toByteArray();
        JudgedKey key =
                JudgedKey.of("p=" + Base64.getEncoder().encodeToString(Arrays.copyOfRange(octets, 1, octets.length)));
        assertEquals(
                why.equals("a key of five bits") ? "policy" : "permerror",
                key.code().word(),
                key::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "sel, example.com, sel._domainkey.example.com",
        "A.b, Example.com, a.b._domainkey.example.com",
        "2026, example.com, 2026._domainkey.example.com",
        "sel, com, ",
        "a..b, example.com, ",
        "a b, example.com, ",
    })
    void name(String selector, String domain, String expected) {
        assertEquals(
                Optional.ofNullable(expected).map(DomainName::of), JudgedKey.name(selector, DomainName.of(domain)));
    }
}
