package org.dmarcmilter.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.message.HeaderField;

/**
 * Signs with whatever tags a test wants. What is signed is found with the package's own classes: that they are right is shown by messages
 * that others signed.
 */
final class TestSigner {
    private final KeyPair keys;
    private final Algorithm algorithm;

    private TestSigner(KeyPair keys, Algorithm algorithm) {
        this.keys = keys;
        this.algorithm = algorithm;
    }

    static TestSigner rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return new TestSigner(generator.generateKeyPair(), Algorithm.RSA_SHA256);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static TestSigner ed25519() {
        try {
            return new TestSigner(KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), Algorithm.ED25519_SHA256);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The value of p=. */
    String publicKey() {
        byte[] octets = keys.getPublic().getEncoded();
        boolean rsa = algorithm == Algorithm.RSA_SHA256;
        return Base64.getEncoder()
                .encodeToString(rsa ? octets : Arrays.copyOfRange(octets, octets.length - 32, octets.length));
    }

    String record() {
        return "v=DKIM1; k=" + algorithm.keyType() + "; p=" + publicKey();
    }

    /**
     * Puts a signature on top of a message.
     *
     * @param tags all but v=, a=, bh= and b=, such as {@code d=example.com; s=sel; h=from}
     */
    WireMessage sign(WireMessage message, String tags) {
        String value = "v=1; a=" + algorithm.word() + "; " + tags;
        try {
            DkimSignature draft = read(value + "; bh=AAAA; b=AAAA");
            BodyHash body = new BodyHashes().want(draft.body(), draft.limit());
            body.update(message.body(), message.body().length);
            body.end();
            byte[] hash = body.hash(draft.limit()).orElseThrow();
            HeaderField unsigned = new HeaderField(
                    DkimSignature.FIELD, value + "; bh=" + Base64.getEncoder().encodeToString(hash) + "; b=");
            List<HeaderField> fields = new ArrayList<>(message.fields());
            fields.add(0, unsigned);
            byte[] header = new SignedFields(fields).select(draft, unsigned).text();
            fields.set(0, new HeaderField(DkimSignature.FIELD, unsigned.value() + signature(header)));
            return new WireMessage(fields, message.body(), message.pieceSize());
        } catch (NoPassException e) {
            throw new IllegalArgumentException(tags, e);
        }
    }

    private static DkimSignature read(String value) throws NoPassException {
        StrictTags tags = StrictTags.parse(value, Code.NEUTRAL);
        return DkimSignature.of(tags, SignatureClaims.of(tags), 0);
    }

    private String signature(byte[] header) {
        try {
            boolean rsa = algorithm == Algorithm.RSA_SHA256;
            Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(rsa ? header : BodyHash.sha256().digest(header));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
