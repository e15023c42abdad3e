package org.dmarcmilter.message;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How often a field may occur (RFC 5322, section 3.6), as far as the option {@code RequiredHeaders} asks. */
public final class FieldCounts {
    private static final List<String> EXACTLY_ONE = List.of("From", "Date");
    private static final List<String> AT_MOST_ONE =
            List.of("Reply-To", "To", "Cc", "Bcc", "Message-Id", "In-Reply-To", "References", "Subject");

    private FieldCounts() {}

    /** The fields that are counted; what stands in them does not matter. */
    public static Set<String> fields() {
        Set<String> fields = new LinkedHashSet<>(EXACTLY_ONE);
        fields.addAll(AT_MOST_ONE);
        return fields;
    }

    /** What is wrong, in OpenDMARC's words; empty if nothing is. Of several problems the last one is named, as there. */
    public static Optional<String> problem(Headers headers) {
        Optional<String> problem = Optional.empty();
        for (String name : EXACTLY_ONE) {
            int count = headers.all(name).size();
            if (count != 1) {
                problem = Optional.of((count == 0 ? "missing " + name + " field" : "multiple " + name + " fields"));
            }
        }
        for (String name : AT_MOST_ONE) {
            if (headers.all(name).size() > 1) {
                problem = Optional.of("multiple " + name + " fields");
            }
        }
        return problem;
    }
}
