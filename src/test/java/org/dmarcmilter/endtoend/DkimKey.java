package org.dmarcmilter.endtoend;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/**
 * A domain's key, made anew for each run: its DNS record, and signatures by it (RFC 6376, simple/simple): rsa-sha256, or ed25519-sha256
 * (RFC 8463).
 */
public final class DkimKey {
    private static final String SELECTOR = "test";
    private static final int ED25519_OCTETS = 32;

    private final String domain;
    private final boolean isRsa;
    private final KeyPair keys;

    private DkimKey(String domain, boolean isRsa, KeyPair keys) {
        this.domain = domain;
        this.isRsa = isRsa;
        this.keys = keys;
    }

    /** An RSA key of 2,048 bits. */
    public static DkimKey of(String domain) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new DkimKey(domain, true, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An Ed25519 key. */
    public static DkimKey ed25519(String domain) {
        try {
            return new DkimKey(
                    domain, false, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where it is published. */
    public String name() {
        return SELECTOR + "._domainkey." + domain;
    }

    /** What is published (RFC 6376, section 3.6.1; RFC 8463, section 4: the last octets of what the JDK wraps). */
    public String value() {
        byte[] wrapped = keys.getPublic().getEncoded();
        byte[] published =
                isRsa ? wrapped : Arrays.copyOfRange(wrapped, wrapped.length - ED25519_OCTETS, wrapped.length);
        return "v=DKIM1; k=" + (isRsa ? "rsa" : "ed25519") + "; p="
                + Base64.getEncoder().encodeToString(published);
    }

    /** The zone file's line for the public key, in strings of at most 255 octets. */
    public String record() {
        String strings = Arrays.stream(value().split("(?<=\\G.{200})"))
                .map(part -> '"' + part + '"')
                .collect(Collectors.joining(" "));
        return name() + ". TXT " + strings + "\n";
    }

    /** The private key, for a program that signs. */
    String pem() {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    /** The message with a signature over From, To, Subject and the body in front of it. Lines end with CRLF. */
    public String sign(String message) {
        return sign(message, "@" + domain);
    }

    /** The same with that {@code i=}, in dkim-quoted-printable. */
    public String sign(String message, String identity) {
        int end = message.indexOf("\r\n\r\n") + 2;
        String[] fields = message.substring(0, end).split("(?<=\r\n)(?![ \t])");
        String field = "DKIM-Signature: v=1; a=" + (isRsa ? "rsa" : "ed25519") + "-sha256; c=simple/simple; d=" + domain
                + "; s=" + SELECTOR
                + "; i=" + identity
                + ";\r\n\th=From:To:Subject; bh=" + bodyHash(message.substring(end + 2)) + ";\r\n\tb=";
        String signed = Arrays.stream(new String[] {"From:", "To:", "Subject:"})
                .flatMap(name -> Arrays.stream(fields).filter(line -> line.startsWith(name)))
                .collect(Collectors.joining());
        return field + signature(signed + field) + "\r\n" + message;
    }

    /** RFC 6376, section 3.4.3: all but the last of the empty lines at the end count for nothing. */
    private static String bodyHash(String body) {
        String canonical = body.replaceAll("(\r\n)*\\z", "") + "\r\n";
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(octets(canonical)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String signature(String text) {
        try {
            Signature signature = Signature.getInstance(isRsa ? "SHA256withRSA" : "Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(
                    isRsa ? octets(text) : MessageDigest.getInstance("SHA-256").digest(octets(text)));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
