package org.dmarcmilter.dkim;

import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import org.dmarcmilter.dkim.DkimResult.Code;

/**
 * A key fit to verify with. Sizes are checked before anything is calculated: an exponent as long as the modulus costs a hundred times the
 * work (RFC 6376, section 8.13).
 *
 * @param bits the size of the modulus, or of the curve
 */
record VerificationKey(Algorithm algorithm, PublicKey key, int bits) {
    /** RFC 8301, section 3.2. */
    static final int MIN_RSA_BITS = 1_024;

    /** Half a millisecond of work. */
    static final int MAX_RSA_BITS = 8_192;

    /** All exponents in use have 2 to 17; 33 are what some libraries allow. */
    static final int MAX_EXPONENT_BITS = 33;

    /** RFC 8463, section 4.2. */
    private static final int ED25519_OCTETS = 32;

    private static final int ED25519_BITS = 256;

    /** Makes the key of the octets of p=. */
    static VerificationKey of(Algorithm algorithm, byte[] octets) throws NoPassException {
        return algorithm == Algorithm.ED25519_SHA256 ? ed25519(octets) : rsa(algorithm, octets);
    }

    private static VerificationKey rsa(Algorithm algorithm, byte[] octets) throws NoPassException {
        RsaOctets numbers = RsaOctets.read(octets);
        int bits = numbers.modulus().bitLength();
        if (bits < MIN_RSA_BITS) {
            throw new NoPassException(Code.POLICY, "RSA key of " + bits + " bits is too short");
        }
        if (bits > MAX_RSA_BITS) {
            throw new NoPassException(Code.POLICY, "RSA key of " + bits + " bits is too long");
        }
        if (numbers.exponent().bitLength() > MAX_EXPONENT_BITS) {
            throw new NoPassException(Code.POLICY, "RSA key with too long an exponent");
        }
        // With an exponent of 1 everybody can sign; an even number is no modulus.
        if (numbers.exponent().compareTo(BigInteger.TWO) <= 0
                || !numbers.modulus().testBit(0)) {
            throw new NoPassException(Code.PERMERROR, "malformed RSA key");
        }
        PublicKey key = key("RSA", new RSAPublicKeySpec(numbers.modulus(), numbers.exponent()));
        return new VerificationKey(algorithm, key, bits);
    }

    /** RFC 8032, section 5.1.2: the octets are those of y, the lowest first, and the highest bit is the lowest of x. */
    private static VerificationKey ed25519(byte[] octets) throws NoPassException {
        if (octets.length != ED25519_OCTETS) {
            throw new NoPassException(
                    Code.PERMERROR, "Ed25519 key of " + octets.length + " octets instead of " + ED25519_OCTETS);
        }
        byte[] y = new byte[ED25519_OCTETS];
        for (int i = 0; i < y.length; i++) {
            y[i] = octets[y.length - 1 - i];
        }
        boolean xIsOdd = (y[0] & 0x80) != 0;
        y[0] &= 0x7F;
        KeySpec spec = new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(xIsOdd, new BigInteger(1, y)));
        return new VerificationKey(Algorithm.ED25519_SHA256, key("Ed25519", spec), ED25519_BITS);
    }

    private static PublicKey key(String type, KeySpec spec) throws NoPassException {
        try {
            return KeyFactory.getInstance(type).generatePublic(spec);
        } catch (NoSuchAlgorithmException e) {
            throw notOffered(type);
        } catch (InvalidKeySpecException e) {
            throw new NoPassException(Code.PERMERROR, "malformed " + type + " key");
        }
    }

    private static NoPassException notOffered(String type) {
        return new NoPassException(Code.NEUTRAL, "no " + type + " in this Java");
    }

    /**
     * Whether the signature is of this key.
     *
     * @param header what RSA signs, and of what Ed25519 signs the SHA-256 (RFC 8463, section 3)
     */
    boolean verifies(byte[] header, byte[] signature) throws NoPassException {
        try {
            boolean rsa = algorithm != Algorithm.ED25519_SHA256;
            Signature verifier = Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
            verifier.initVerify(key);
            verifier.update(rsa ? header : BodyHash.sha256().digest(header));
            return verifier.verify(signature);
        } catch (NoSuchAlgorithmException e) {
            throw notOffered(algorithm.keyType());
        } catch (InvalidKeyException e) {
            throw new NoPassException(Code.PERMERROR, "malformed " + algorithm.keyType() + " key");
        } catch (SignatureException e) {
            return false; // of the wrong length, or not even a number
        }
    }
}
