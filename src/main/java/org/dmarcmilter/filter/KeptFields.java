package org.dmarcmilter.filter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.dmarcmilter.evidence.FieldEvidence;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.MessageJudge;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.FieldCounts;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.milter.MilterCommand;
import org.dmarcmilter.milter.MilterFilter.Part;
import org.dmarcmilter.text.TagList;
import org.jspecify.annotations.Nullable;

/** Which header fields are kept until the end of the message: those that the readers say they read. */
final class KeptFields {
    /**
     * What is kept of the fields of one name.
     *
     * @param ifOdd whether only those are kept that {@link FieldEvidence#isOdd}
     * @param bare one object for all messages, for a field of which only the name is kept
     */
    private record Kept(String name, Part part, boolean ifOdd, HeaderField bare) {
        Kept(String name, Part part) {
            this(name, part, FieldEvidence.isReadForItsOddity(name), new HeaderField(name, ""));
        }
    }

    /** By the length of their names: most fields that nobody reads have a length that none of these has. */
    private static final List<List<Kept>> BY_LENGTH = byLength();

    /**
     * What was found for a name, to be had again by the same string: the server makes one string of each common name.
     *
     * @param kept null if nothing is kept
     */
    private record Found(String name, @Nullable Kept kept) {}

    /** Characters: what anybody may send must not be held. */
    private static final int LONGEST_REMEMBERED = 64;

    /** By the hash of the name, a power of two. For all threads: who loses a race for a place looks once more. */
    private static final Found[] FOUND = new Found[512];

    private KeptFields() {}

    private static List<List<Kept>> byLength() {
        Map<String, Kept> kept = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        // Somebody counts them, or takes them for a landmark, whatever stands in them.
        put(kept, FieldCounts.fields(), Part.NAME);
        put(kept, Set.of(FieldEvidence.LANDMARK), Part.NAME);
        // Somebody reads them.
        put(kept, Set.of(AuthorDomain.FIELD, JudgedMessage.RECIPIENTS), Part.WHOLE);
        put(kept, FieldEvidence.READ, Part.WHOLE);
        put(kept, MessageJudge.SAMPLED, Part.WHOLE);
        int longest = kept.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<List<Kept>> byLength = new ArrayList<>();
        IntStream.rangeClosed(0, longest)
                .mapToObj(length -> kept.values().stream()
                        .filter(field -> field.name().length() == length)
                        .toList())
                .forEach(byLength::add);
        return List.copyOf(byLength);
    }

    private static void put(Map<String, Kept> kept, Collection<String> names, Part part) {
        names.forEach(name -> kept.put(name, new Kept(name, part)));
    }

    @SuppressWarnings("ReferenceEquality") // Another string costs the look-up, and finds the same.
    private static @Nullable Kept find(String name) {
        if (name.length() > LONGEST_REMEMBERED) {
            return lookUp(name);
        }
        int place = name.hashCode() & FOUND.length - 1;
        @Nullable Found found = FOUND[place];
        if (found == null || found.name() != name) {
            found = new Found(name, lookUp(name));
            FOUND[place] = found;
        }
        return found.kept();
    }

    private static @Nullable Kept lookUp(String name) {
        String trimmed = TagList.trim(name);
        if (trimmed.length() < BY_LENGTH.size()) {
            List<Kept> sameLength = BY_LENGTH.get(trimmed.length());
            for (int i = 0; i < sameLength.size(); i++) {
                Kept kept = sameLength.get(i);
                if (kept.bare().is(trimmed)) {
                    return kept;
                }
            }
        }
        return null;
    }

    /**
     * What is kept of a field.
     *
     * @param name as it came: white space may stand behind it
     */
    static Part part(String name, CharSequence value) {
        @Nullable Kept kept = find(name);
        if (kept == null || (kept.ifOdd() && !FieldEvidence.isOdd(value))) {
            return Part.NOTHING;
        }
        return kept.part();
    }

    /** A field of which something is kept, in the least memory. */
    static HeaderField kept(MilterCommand.Header field) {
        if (field.kept() == Part.NAME) {
            @Nullable Kept kept = find(field.name());
            if (kept != null) {
                return kept.bare();
            }
        }
        return new HeaderField(field.name(), field.space(), field.value());
    }
}
