package org.dmarcmilter.authres;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.message.CharacterClass;
import org.dmarcmilter.message.FieldSyntaxException;
import org.dmarcmilter.message.Rfc5322Tokenizer;

/**
 * A Received-SPF field (RFC 7208, section 9.1).
 *
 * @param result any word, also unknown ones
 * @param pairs the key-value list, keys in lower case, quotes removed from values
 */
public record ReceivedSpf(ResultWord result, Map<String, String> pairs) {
    /** The RFC names seven keys. */
    private static final int MAX_PAIRS = 100;

    private static final CharacterClass KEY =
            CharacterClass.of(c -> c == '.' || AuthenticationResultsParser.KEYWORD.has((char) c));

    public ReceivedSpf {
        pairs = Map.copyOf(pairs);
    }

    /**
     * Reads a field. Empty if it breaks the grammar or gives a key twice: then two readers could take different identities
     * from it.
     *
     * @param value what follows the colon, one character per octet
     */
    public static Optional<ReceivedSpf> parse(String value) {
        try {
            return Optional.of(read(new Rfc5322Tokenizer(value)));
        } catch (FieldSyntaxException e) {
            return Optional.empty();
        }
    }

    private static ReceivedSpf read(Rfc5322Tokenizer input) throws FieldSyntaxException {
        input.skipCfws();
        String result = input.run(AuthenticationResultsParser.KEYWORD);
        if (result.isEmpty() || !(FieldValue.endsHere(input) || input.current() == '(')) {
            throw new FieldSyntaxException("no result");
        }
        Map<String, String> pairs = new HashMap<>();
        skipSeparators(input);
        while (!input.atEnd()) {
            String key = input.run(KEY);
            input.skipCfws();
            if (key.isEmpty() || !input.skip('=')) {
                throw new FieldSyntaxException("no key-value pair");
            }
            input.skipCfws();
            String value = FieldValue.read(input);
            boolean repeated = pairs.put(key.toLowerCase(Locale.ROOT), value) != null;
            if (!FieldValue.isClean(value) || repeated || pairs.size() > MAX_PAIRS) {
                throw new FieldSyntaxException("repeated key, control character or too many pairs");
            }
            input.skipCfws();
            if (!input.atEnd() && input.current() != ';') {
                throw new FieldSyntaxException("text after a value");
            }
            skipSeparators(input);
        }
        return new ReceivedSpf(ResultWord.of(result), pairs);
    }

    private static void skipSeparators(Rfc5322Tokenizer input) throws FieldSyntaxException {
        do {
            input.skipCfws();
        } while (input.skip(';'));
    }

    /** Which identity was checked: {@code mailfrom} or {@code helo}. */
    public Optional<String> identity() {
        return value("identity");
    }

    /** The envelope sender that was checked. */
    public Optional<String> envelopeFrom() {
        return value("envelope-from");
    }

    /** The host name the client gave. */
    public Optional<String> helo() {
        return value("helo");
    }

    /** The host that checked. */
    public Optional<String> receiver() {
        return value("receiver");
    }

    /** Whether it is about that client, or does not say about which. */
    public boolean isAbout(Optional<IpAddress> client) {
        return value("client-ip")
                .map(text -> IpAddress.parse(text).equals(client))
                .orElse(true);
    }

    /**
     * The domain whose MAIL FROM identity was checked. Empty if another identity was checked, or the field does not say which:
     * a result for the HELO name must never count for the sender's domain (CVE-2019-20790).
     */
    public Optional<DomainName> mailFromDomain() {
        return identity()
                .filter("mailfrom"::equalsIgnoreCase)
                .flatMap(mailFrom -> envelopeFrom())
                .flatMap(PropertyDomain::of);
    }

    /**
     * The domain that was checked in place of a null sender's: the HELO name, as its own identity or as what stands for an empty
     * envelope sender (RFC 7208, section 2.4). Empty if another sender was checked, or the field does not say which identity.
     */
    public Optional<DomainName> nullSenderDomain() {
        boolean ofHelo = identity().filter("helo"::equalsIgnoreCase).isPresent();
        boolean ofNullSender = identity().filter("mailfrom"::equalsIgnoreCase).isPresent()
                && envelopeFrom()
                        .filter(from -> from.isEmpty() || from.equals("<>"))
                        .isPresent();
        return ofHelo || ofNullSender ? helo().flatMap(PropertyDomain::of) : Optional.empty();
    }

    private Optional<String> value(String key) {
        return Optional.ofNullable(pairs.get(key));
    }
}
