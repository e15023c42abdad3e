package org.dmarcmilter.message;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words that fields are full of, so that reading a field makes no new string of each. */
public final class KnownWords {
    /** For who knows none. */
    static final KnownWords NONE = new KnownWords(List.of());

    /** By a hash, a place that is free from there on. */
    private final String[] places;

    private final int longest;

    /** @param words each in the case in which it stands in fields */
    public KnownWords(Collection<String> words) {
        places = new String[Math.max(1, Integer.highestOneBit(words.size())) * 8];
        longest = words.stream().mapToInt(String::length).max().orElse(0);
        for (String word : words) {
            int place = hash(word, 0, word.length());
            while (places[place & places.length - 1] != null) {
                place++;
            }
            places[place & places.length - 1] = word;
        }
    }

    /** A part of a text, as a string. */
    String word(String text, int start, int end) {
        if (end - start <= longest) {
            int place = hash(text, start, end);
            for (String word = at(place); word != null; word = at(++place)) {
                if (word.length() == end - start && text.startsWith(word, start)) {
                    return word;
                }
            }
        }
        return text.substring(start, end);
    }

    private @Nullable String at(int place) {
        return places[place & places.length - 1];
    }

    private static int hash(String text, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash ^ hash >>> 16;
    }
}
