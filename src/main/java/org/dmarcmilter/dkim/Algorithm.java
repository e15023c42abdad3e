package org.dmarcmilter.dkim;

import java.util.Locale;
import java.util.Optional;

/** How a message is signed: the tag a= (RFC 6376, section 3.3; RFC 8301; RFC 8463). */
enum Algorithm {
    RSA_SHA256("rsa"),
    ED25519_SHA256("ed25519"),
    /** Known only in order to be refused (RFC 8301, section 3.1). */
    RSA_SHA1("rsa");

    private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');
    private final String keyType;

    Algorithm(String keyType) {
        this.keyType = keyType;
    }

    static Optional<Algorithm> of(String text) {
        for (Algorithm algorithm : values()) {
            if (algorithm.word.equalsIgnoreCase(text)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** That of signatures by keys of this type; empty if there is none. */
    static Optional<Algorithm> ofKeyType(String keyType) {
        for (Algorithm algorithm : values()) {
            if (algorithm.keyType.equals(keyType)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** As a= has it, lower case. */
    String word() {
        return word;
    }

    /** As k= of the key has it, lower case. */
    String keyType() {
        return keyType;
    }
}
