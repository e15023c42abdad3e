package org.dmarcmilter.filter;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    private static final Map<String, Part> PARTS = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** One object for all messages of each field of which only the name is kept. */
    private static final Map<String, HeaderField> NAMES = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static {
        // Somebody counts them, or takes them for a landmark, whatever stands in them.
        put(FieldCounts.fields(), Part.NAME);
        put(Set.of(FieldEvidence.LANDMARK), Part.NAME);
        // Somebody reads them.
        put(Set.of(AuthorDomain.FIELD, JudgedMessage.RECIPIENTS), Part.WHOLE);
        put(FieldEvidence.READ, Part.WHOLE);
        put(MessageJudge.SAMPLED, Part.WHOLE);
        PARTS.forEach((name, part) -> {
            if (part == Part.NAME) {
                NAMES.put(name, new HeaderField(name, ""));
            }
        });
    }

    private static void put(Collection<String> names, Part part) {
        names.forEach(name -> PARTS.put(name, part));
    }

    private KeptFields() {}

    /**
     * What is kept of a field.
     *
     * @param name as it came: white space may stand behind it
     */
    static Part part(String name, CharSequence value) {
        String trimmed = TagList.trim(name);
        if (FieldEvidence.isReadForItsOddity(trimmed)) {
            return FieldEvidence.isOdd(value) ? Part.WHOLE : Part.NOTHING;
        }
        return PARTS.getOrDefault(trimmed, Part.NOTHING);
    }

    /** A field of which something is kept, in the least memory. */
    static HeaderField kept(MilterCommand.Header field) {
        if (field.kept() == Part.NAME) {
            @Nullable HeaderField named = NAMES.get(TagList.trim(field.name()));
            if (named != null) {
                return named;
            }
        }
        return new HeaderField(field.name(), field.value());
    }
}
