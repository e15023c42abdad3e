package org.dmarcmilter.dkim;

import java.math.BigInteger;
import java.util.Arrays;
import org.dmarcmilter.dkim.DkimResult.Code;

/**
 * The numbers of an RSA key, read from DER without any arithmetic: the JDK's own reader calculates first and refuses afterwards, and tells
 * nobody how long a key is that it refuses.
 *
 * @param modulus positive
 * @param exponent positive
 */
record RsaOctets(BigInteger modulus, BigInteger exponent) {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int SEQUENCE = 0x30;

    /** AlgorithmIdentifier of rsaEncryption (RFC 3279, section 2.3.1), with the NULL that belongs there or without. */
    private static final byte[] RSA = {
        0x06, 0x09, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0
    };

    private static final int RSA_WITHOUT_NULL = 11;

    /**
     * Reads a SubjectPublicKeyInfo, which all publish, or a bare RSAPublicKey, which the text of RFC 6376, section 3.6.1, asks for
     * (erratum 3017).
     */
    static RsaOctets read(byte[] octets) throws NoPassException {
        Der all = new Der(octets);
        Der key = all.next(SEQUENCE);
        all.end();
        if (!key.begins(SEQUENCE)) {
            return numbers(key);
        }
        byte[] algorithm = key.next(SEQUENCE).rest();
        if (!Arrays.equals(algorithm, RSA) && !Arrays.equals(algorithm, Arrays.copyOf(RSA, RSA_WITHOUT_NULL))) {
            throw malformed();
        }
        byte[] bits = key.next(BIT_STRING).rest();
        key.end();
        if (bits.length == 0 || bits[0] != 0) {
            throw malformed();
        }
        Der wrapped = new Der(Arrays.copyOfRange(bits, 1, bits.length));
        Der bare = wrapped.next(SEQUENCE);
        wrapped.end();
        return numbers(bare);
    }

    private static RsaOctets numbers(Der key) throws NoPassException {
        BigInteger modulus = number(key);
        BigInteger exponent = number(key);
        key.end();
        return new RsaOctets(modulus, exponent);
    }

    private static BigInteger number(Der key) throws NoPassException {
        byte[] octets = key.next(INTEGER).rest();
        if (octets.length == 0 || octets[0] < 0) {
            throw malformed();
        }
        return new BigInteger(octets);
    }

    static NoPassException malformed() {
        return new NoPassException(Code.PERMERROR, "malformed RSA key");
    }

    /** Values one after the other, each with its tag and its length (ITU-T X.690, section 8.1). */
    private static final class Der {
        private final byte[] octets;
        private int at;
        private final int end;

        Der(byte[] octets) {
            this(octets, 0, octets.length);
        }

        private Der(byte[] octets, int at, int end) {
            this.octets = octets;
            this.at = at;
            this.end = end;
        }

        boolean begins(int tag) {
            return at < end && octet(at) == tag;
        }

        Der next(int tag) throws NoPassException {
            if (!begins(tag)) {
                throw malformed();
            }
            at++;
            int length = length();
            if (length > end - at) {
                throw malformed();
            }
            int start = at;
            at += length;
            return new Der(octets, start, at);
        }

        private int length() throws NoPassException {
            int first = octetOfLength();
            if (first < 0x80) {
                return first;
            }
            int count = first - 0x80;
            if (count == 0 || count > 2) {
                throw malformed();
            }
            int length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | octetOfLength();
            }
            return length;
        }

        private int octetOfLength() throws NoPassException {
            if (at == end) {
                throw malformed();
            }
            return octet(at++);
        }

        private int octet(int index) {
            return octets[index] & 0xFF;
        }

        byte[] rest() {
            return Arrays.copyOfRange(octets, at, end);
        }

        void end() throws NoPassException {
            if (at != end) {
                throw malformed();
            }
        }
    }
}
