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

/** A domain's key, made anew for each run: its DNS record, and signatures by it (RFC 6376, rsa-sha256, simple/simple). */
public final class DkimKey {
    private static final String SELECTOR = "test";

    private final String domain;
    private final KeyPair keys;

    private DkimKey(String domain, KeyPair keys) {
        this.domain = domain;
        this.keys = keys;
    }

    public static DkimKey of(String domain) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new DkimKey(domain, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The zone file's line for the public key (RFC 6376, section 3.6.1), in strings of at most 255 octets. */
    public String record() {
        String value = "v=DKIM1; k=rsa; p="
                + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
        String strings = Arrays.stream(value.split("(?<=\\G.{200})"))
                .map(part -> '"' + part + '"')
                .collect(Collectors.joining(" "));
        return SELECTOR + "._domainkey." + domain + ". TXT " + strings + "\n";
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
        String field = "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=" + domain + "; s=" + SELECTOR
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
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(octets(text));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
