package org.dmarcmilter.authres;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmarcmilter.message.FieldSyntaxException;
import org.dmarcmilter.message.Rfc5322Tokenizer;
import org.dmarcmilter.text.TagList;

/**
 * The fields of an Authenticated Received Chain (RFC 8617, section 4.1), as far as reports name them. Nothing here validates a
 * chain: whether it passed is for a trusted Authentication-Results field to say.
 */
public final class ArcFields {
    /** RFC 8617, section 4.2.1. */
    private static final int MAX_INSTANCE = 50;

    private static final Pattern INSTANCE = Pattern.compile("[0-9]{1,2}");

    /** More than a domain name has, and so more than d= and s= can need (RFC 6376, section 3.5). */
    static final int MAX_TAG = 255;

    private ArcFields() {}

    /**
     * ARC-Authentication-Results (AAR).
     *
     * @param instance 1 to 50
     * @param results what the sealer had found
     */
    public record ArcAuthenticationResults(int instance, AuthenticationResults results) {
        /** From which address the sealer got the message; empty if its arc= entry does not say. */
        public Optional<String> clientIp() {
            return results.results().stream()
                    .filter(result -> result.method().equals("arc"))
                    .findFirst()
                    .flatMap(arc -> arc.property("smtp", "remote-ip").or(() -> arc.property("smtp", "client-ip")))
                    .filter(address -> address.length() <= MAX_TAG);
        }
    }

    /**
     * ARC-Seal. The texts are the sender's, at most {@link #MAX_TAG} octets each, and may hold anything but white space
     * around them.
     *
     * @param instance 1 to 50
     * @param domain the tag d=; empty if missing
     * @param selector the tag s=; empty if missing
     * @param chainValidation the tag cv=, lower case; empty if missing
     */
    public record ArcSeal(int instance, String domain, String selector, String chainValidation) {}

    /**
     * One hop of the chain, as reports name it.
     *
     * @param clientIp as the AAR of the same instance has it; empty if it does not say
     */
    public record ArcSet(int instance, String sealer, String selector, String clientIp) {}

    /** Reads an ARC-Authentication-Results field; empty if it is malformed or its instance is not 1 to 50. */
    public static Optional<ArcAuthenticationResults> authenticationResults(String value) {
        try {
            Rfc5322Tokenizer input = new Rfc5322Tokenizer(value);
            Optional<Integer> instance = leadingInstance(input).flatMap(ArcFields::instance);
            if (instance.isEmpty()) {
                return Optional.empty();
            }
            AuthenticationResults results =
                    AuthenticationResultsParser.parse(input).results();
            return Optional.of(new ArcAuthenticationResults(instance.get(), results));
        } catch (FieldSyntaxException e) {
            return Optional.empty();
        }
    }

    /** The digits of the instance of an ARC-Authentication-Results field, whatever follows it; empty if it does not come first. */
    public static Optional<String> leadingInstance(String value) {
        try {
            return leadingInstance(new Rfc5322Tokenizer(value));
        } catch (FieldSyntaxException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> leadingInstance(Rfc5322Tokenizer input) throws FieldSyntaxException {
        input.skipCfws();
        boolean named = input.skip('i') || input.skip('I');
        input.skipCfws();
        if (!named || !input.skip('=')) {
            return Optional.empty();
        }
        input.skipCfws();
        String digits = input.run(AuthenticationResultsParser.DIGIT);
        input.skipCfws();
        return input.skip(';') ? Optional.of(digits) : Optional.empty();
    }

    /** Reads an ARC-Seal field; empty if it is not a tag list (RFC 6376, section 3.2) or its instance is not 1 to 50. */
    public static Optional<ArcSeal> seal(String value) {
        Map<String, String> tags = new HashMap<>();
        for (TagList.Tag tag : TagList.tags(value)) {
            if (tag.name().isEmpty() || !tag.isPair() || tags.put(tag.name(), tag.value()) != null) {
                return Optional.empty();
            }
        }
        if (tags.getOrDefault("d", "").length() > MAX_TAG
                || tags.getOrDefault("s", "").length() > MAX_TAG) {
            return Optional.empty();
        }
        return instance(tags.getOrDefault("i", ""))
                .map(instance -> new ArcSeal(
                        instance,
                        tags.getOrDefault("d", ""),
                        tags.getOrDefault("s", ""),
                        tags.getOrDefault("cv", "").toLowerCase(Locale.ROOT)));
    }

    /**
     * Joins the fields of a message to sets, one for each seal, in the order of the seals, and no more than a chain can have.
     * Empty if there are no ARC-Authentication-Results, as OpenDMARC has it.
     */
    public static List<ArcSet> sets(List<ArcSeal> seals, List<ArcAuthenticationResults> results) {
        if (results.isEmpty()) {
            return List.of();
        }
        Map<Integer, String> clientIps = new HashMap<>();
        for (ArcAuthenticationResults result : results) {
            clientIps.putIfAbsent(result.instance(), result.clientIp().orElse(""));
        }
        return seals.stream()
                .limit(MAX_INSTANCE)
                .map(seal -> new ArcSet(
                        seal.instance(), seal.domain(), seal.selector(), clientIps.getOrDefault(seal.instance(), "")))
                .toList();
    }

    private static Optional<Integer> instance(String digits) {
        if (!INSTANCE.matcher(digits).matches()) {
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(digits)).filter(instance -> instance >= 1 && instance <= MAX_INSTANCE);
    }
}
