package org.dmarcmilter.message;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The header section of one message, top to bottom. */
public record Headers(List<HeaderField> fields) {
    public Headers {
        // List.copyOf makes an array more.
        fields = Collections.unmodifiableList(new ArrayList<>(fields));
    }

    /** All fields of that name, top to bottom. */
    public List<HeaderField> all(String name) {
        List<HeaderField> named = List.of();
        for (int i = 0; i < fields.size(); i++) {
            HeaderField field = fields.get(i);
            if (field.is(name)) {
                if (named.isEmpty()) {
                    named = new ArrayList<>(2);
                }
                named.add(field);
            }
        }
        return named;
    }

    /** The topmost field of that name. */
    public Optional<HeaderField> first(String name) {
        for (int i = 0; i < fields.size(); i++) {
            HeaderField field = fields.get(i);
            if (field.is(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }
}
