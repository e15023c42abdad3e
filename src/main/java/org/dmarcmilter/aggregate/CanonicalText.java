package org.dmarcmilter.aggregate;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dmarcmilter.text.OctetText;

/**
 * The form of the canonical texts, {@code name=value;name=value} in a fixed order: equal facts have equal texts, so that a text can be
 * hashed and looked up. No value holds a semicolon, a tab or a line feed.
 */
public final class CanonicalText {
    /** Stands between values whose names are known. */
    public static final char SEPARATOR = '\t';

    private CanonicalText() {}

    /**
     * The text of these values.
     *
     * @param values as many as names
     */
    public static String of(List<String> names, List<String> values) {
        StringBuilder text = new StringBuilder();
        Iterator<String> value = values.iterator();
        for (String name : names) {
            text.append(text.isEmpty() ? "" : ";").append(name).append('=').append(value.next());
        }
        return text.toString();
    }

    /** The same of values with {@link #SEPARATOR} between them. */
    static String of(List<String> names, OctetText values) {
        return of(names, items(values.toString(), SEPARATOR));
    }

    /** Takes a text apart; each method throws an {@link IllegalArgumentException} where the text has not what is asked for. */
    static final class Reader {
        private final Map<String, String> values = new HashMap<>();

        Reader(String text) {
            for (String part : items(text, ';')) {
                int equalSign = part.indexOf('=');
                if (equalSign < 0 || values.put(part.substring(0, equalSign), part.substring(equalSign + 1)) != null) {
                    throw new IllegalArgumentException("not one name=value each");
                }
            }
        }

        String value(String name) {
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException(name + " is missing");
            }
            return value;
        }

        int number(String name) {
            return Integer.parseInt(value(name));
        }

        boolean flag(String name, String yes, String no) {
            return choice(value(name), List.of(no, yes)) == 1;
        }

        /** The constant whose name the value is. */
        <E extends Enum<E>> E constant(String name, Class<E> type) {
            return CanonicalText.constant(value(name), type);
        }
    }

    /**
     * The constant whose name a word is, in whatever case: who reads compares the whole text with what the constants make.
     *
     * @throws IllegalArgumentException if there is none
     */
    static <E extends Enum<E>> E constant(String word, Class<E> type) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    }

    private static int choice(String value, List<String> choices) {
        int place = choices.indexOf(value);
        if (place < 0) {
            throw new IllegalArgumentException("not one of " + choices);
        }
        return place;
    }

    /** The parts between separators; none in an empty text. */
    static List<String> items(String text, char separator) {
        return text.isEmpty() ? List.of() : List.of(text.split("\\" + separator, -1));
    }
}
