package org.dmarcmilter.dkim;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.dmarcmilter.dkim.DkimResult.Code;

/**
 * An RSA key, and RSASSA-PKCS1-v1_5 with SHA-256 by it (RFC 8017, section 8.2.2). Sizes are checked before anything is calculated: an
 * exponent as long as the modulus costs a hundred times the work (RFC 6376, section 8.13).
 *
 * <p>The JDK has a Signature for this, which finds its parts anew each time, and takes apart what it decrypted. Here it is compared as a
 * whole with the only encoding that a hash has, which is what the RFC tells a verifier to do: nothing is left to a lenient reader.
 */
record RsaKey(BigInteger modulus, BigInteger exponent) implements VerificationKey {
    /** RFC 8301, section 3.2. */
    static final int MIN_BITS = 1_024;

    /** Half a millisecond of work. */
    static final int MAX_BITS = 8_192;

    /** All exponents in use have 2 to 17; 33 are what some libraries allow. */
    static final int MAX_EXPONENT_BITS = 33;

    /** What stands before the 32 octets of a SHA-256 in its DigestInfo (RFC 8017, section 9.2, note 1). */
    private static final byte[] DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    /** Reads the octets of p=. */
    static RsaKey of(byte[] octets) throws NoPassException {
        RsaOctets numbers = RsaOctets.read(octets);
        RsaKey key = new RsaKey(numbers.modulus(), numbers.exponent());
        int bits = key.bits();
        if (bits < MIN_BITS) {
            throw new NoPassException(Code.POLICY, "RSA key of " + bits + " bits is too short");
        }
        if (bits > MAX_BITS) {
            throw new NoPassException(Code.POLICY, "RSA key of " + bits + " bits is too long");
        }
        if (key.exponent.bitLength() > MAX_EXPONENT_BITS) {
            throw new NoPassException(Code.POLICY, "RSA key with too long an exponent");
        }
        // With an exponent of 1 everybody can sign; neither number can be even (RFC 8017, section 3.1).
        if (key.exponent.equals(BigInteger.ONE) || !key.exponent.testBit(0) || !key.modulus.testBit(0)) {
            throw RsaOctets.malformed();
        }
        return key;
    }

    @Override
    public int bits() {
        return modulus.bitLength();
    }

    @Override
    public boolean verifies(byte[] hash, byte[] signature) {
        int length = (bits() + Byte.SIZE - 1) / Byte.SIZE;
        if (signature.length != length) {
            return false;
        }
        BigInteger number = new BigInteger(1, signature);
        // Not smaller than the modulus: "signature representative out of range" (section 5.2.2).
        return number.compareTo(modulus) < 0 && number.modPow(exponent, modulus).equals(encoded(hash, length));
    }

    /** EMSA-PKCS1-v1_5 (section 9.2) as a number, which stands for octets of one length only as both are of the modulus' length. */
    private static BigInteger encoded(byte[] hash, int length) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, (byte) 0xFF);
        int digest = length - hash.length;
        int info = digest - DIGEST_INFO.length;
        octets[0] = 0;
        octets[1] = 1;
        octets[info - 1] = 0;
        System.arraycopy(DIGEST_INFO, 0, octets, info, DIGEST_INFO.length);
        System.arraycopy(hash, 0, octets, digest, hash.length);
        return new BigInteger(1, octets);
    }
}
