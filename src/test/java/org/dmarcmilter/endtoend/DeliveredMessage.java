package org.dmarcmilter.endtoend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A message as the user finds it in the mailbox.
 *
 * @param recipient the address it was delivered to
 * @param fields the header fields in order, unfolded, without what the delivery agent put in front
 * @param body everything behind the empty line
 */
public record DeliveredMessage(String recipient, List<String> fields, String body) {
    private static final Set<String> ADDED_AT_DELIVERY = Set.of("return-path", "x-original-to", "delivered-to");

    public static DeliveredMessage parse(String text) {
        int end = text.indexOf("\n\n");
        String header = end < 0 ? text : text.substring(0, end);
        List<String> all = Arrays.stream(header.split("\n(?![ \t])"))
                .map(field -> field.replaceAll("\\r?\\n[ \t]+", " "))
                .toList();
        return new DeliveredMessage(
                values(all, "Delivered-To").stream().findFirst().orElse(""),
                all.stream()
                        .filter(field -> !ADDED_AT_DELIVERY.contains(nameOf(field)))
                        .toList(),
                end < 0 ? "" : text.substring(end + 2));
    }

    /** The field at the very top. */
    public String top() {
        return fields.get(0);
    }

    /** The values of all fields with that name, top to bottom. */
    public List<String> values(String name) {
        return values(fields, name);
    }

    private static List<String> values(List<String> fields, String name) {
        return fields.stream()
                .filter(field -> nameOf(field).equals(name.toLowerCase(Locale.ROOT)))
                .map(field -> field.substring(field.indexOf(':') + 1).strip())
                .toList();
    }

    private static String nameOf(String field) {
        return field.substring(0, Math.max(0, field.indexOf(':'))).toLowerCase(Locale.ROOT);
    }
}
