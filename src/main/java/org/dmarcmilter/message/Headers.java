package org.dmarcmilter.message;

import java.util.List;
import java.util.Optional;

/** The header section of one message, top to bottom. */
public record Headers(List<HeaderField> fields) {
    public Headers {
        fields = List.copyOf(fields);
    }

    /** All fields of that name, top to bottom. */
    public List<HeaderField> all(String name) {
        return fields.stream().filter(field -> field.is(name)).toList();
    }

    /** The topmost field of that name. */
    public Optional<HeaderField> first(String name) {
        return fields.stream().filter(field -> field.is(name)).findFirst();
    }
}
