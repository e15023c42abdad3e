package org.dmarcmilter.dkim;

/** A key fit to verify with. */
sealed interface VerificationKey permits RsaKey, Ed25519Key {
    /** Makes the key of the octets of p=. */
    static VerificationKey of(Algorithm algorithm, byte[] octets) throws NoPassException {
        return algorithm == Algorithm.ED25519_SHA256 ? Ed25519Key.of(octets) : RsaKey.of(octets);
    }

    /** The size of the modulus, or of the curve. */
    int bits();

    /**
     * Whether the signature is of this key.
     *
     * @param hash the SHA-256 of what was signed: inside of what RSA signs (RFC 8017, section 9.2), and all that Ed25519 signs (RFC 8463,
     *     section 3)
     */
    boolean verifies(byte[] hash, byte[] signature) throws NoPassException;
}
