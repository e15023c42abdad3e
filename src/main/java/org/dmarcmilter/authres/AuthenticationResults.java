package org.dmarcmilter.authres;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One Authentication-Results field (RFC 8601, section 2.2), without comments.
 *
 * @param authservId who says so, quotes removed, case as written
 * @param results the method results; empty for {@code none}
 */
public record AuthenticationResults(String authservId, List<MethodResult> results) {
    public AuthenticationResults {
        results = List.copyOf(results);
    }

    /**
     * What one method found.
     *
     * @param method lower case, for example {@code dkim}
     * @param result any word, also unregistered ones
     * @param comment the first comment after the result, without parentheses; empty if none
     * @param reason the {@code reason=} text; empty if none
     * @param properties in order of appearance
     */
    public record MethodResult(
            String method, ResultWord result, String comment, String reason, List<Property> properties) {
        private static final int MAX_PROPERTIES = 100;

        public MethodResult {
            method = method.toLowerCase(Locale.ROOT);
            properties = List.copyOf(properties);
        }

        /**
         * Whether a property has two different values, or there are more properties than anybody needs: then two readers could
         * take different ones from it.
         */
        public boolean isAmbiguous() {
            if (properties.size() > MAX_PROPERTIES) {
                return true;
            }
            for (int i = 1; i < properties.size(); i++) {
                Property later = properties.get(i);
                for (int earlier = 0; earlier < i; earlier++) {
                    if (properties.get(earlier).contradicts(later)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** The first value of that property. */
        public Optional<String> property(String type, String name) {
            for (int i = 0; i < properties.size(); i++) {
                Property property = properties.get(i);
                if (property.type().equals(type) && property.name().equals(name)) {
                    return Optional.of(property.value());
                }
            }
            return Optional.empty();
        }
    }

    /**
     * {@code type.name=value}, for example {@code header.d=example.com}.
     *
     * @param type ptype, lower case
     * @param name property, lower case
     * @param value quotes removed, case as written
     */
    public record Property(String type, String name, String value) {
        public Property {
            type = type.toLowerCase(Locale.ROOT);
            name = name.toLowerCase(Locale.ROOT);
        }

        private boolean contradicts(Property other) {
            return type.equals(other.type) && name.equals(other.name) && !value.equalsIgnoreCase(other.value);
        }
    }
}
