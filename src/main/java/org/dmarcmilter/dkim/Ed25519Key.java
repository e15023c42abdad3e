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
import java.security.spec.NamedParameterSpec;
import org.dmarcmilter.dkim.DkimResult.Code;

/** A key of the curve Ed25519 (RFC 8463). That it is a point of the curve is seen when it is used. */
record Ed25519Key(PublicKey key) implements VerificationKey {
    private static final String NAME = "Ed25519";

    /** RFC 8463, section 4.2. */
    private static final int OCTETS = 32;

    private static final int BITS = 256;

    /** RFC 8032, section 5.1.2: the octets are those of y, the lowest first, and the highest bit is the lowest of x. */
    static Ed25519Key of(byte[] octets) throws NoPassException {
        if (octets.length != OCTETS) {
            throw new NoPassException(
                    Code.PERMERROR, "Ed25519 key of " + octets.length + " octets instead of " + OCTETS);
        }
        byte[] y = new byte[OCTETS];
        for (int i = 0; i < y.length; i++) {
            y[i] = octets[y.length - 1 - i];
        }
        boolean xIsOdd = (y[0] & 0x80) != 0;
        y[0] &= 0x7F;
        try {
            return new Ed25519Key(KeyFactory.getInstance(NAME)
                    .generatePublic(new EdECPublicKeySpec(
                            NamedParameterSpec.ED25519, new EdECPoint(xIsOdd, new BigInteger(1, y)))));
        } catch (NoSuchAlgorithmException e) {
            throw notOffered();
        } catch (InvalidKeySpecException e) {
            throw malformed();
        }
    }

    @Override
    public int bits() {
        return BITS;
    }

    @Override
    public boolean verifies(byte[] hash, byte[] signature) throws NoPassException {
        try {
            Signature verifier = Signature.getInstance(NAME);
            verifier.initVerify(key);
            verifier.update(hash);
            return verifier.verify(signature);
        } catch (NoSuchAlgorithmException e) {
            throw notOffered();
        } catch (InvalidKeyException e) {
            throw malformed();
        } catch (SignatureException e) {
            return false; // of the wrong length, or no point of the curve
        }
    }

    private static NoPassException notOffered() {
        return new NoPassException(Code.NEUTRAL, "no Ed25519 in this Java");
    }

    private static NoPassException malformed() {
        return new NoPassException(Code.PERMERROR, "malformed ed25519 key");
    }
}
