package org.dmarcmilter.filter;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dmarcmilter.evidence.FieldEvidence;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.MessageJudge;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.FieldCounts;
import org.dmarcmilter.message.HeaderField;

/** Which header fields are kept until the end of the message: those that the readers say they read. */
final class KeptFields {
    private enum Part {
        /** All of it: somebody reads it. */
        WHOLE,
        /** Only its name: somebody counts it, or takes it for a landmark, whatever stands in it. */
        NAME
    }

    private static final Map<String, Part> PARTS = parts();

    private static Map<String, Part> parts() {
        Map<String, Part> parts = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        put(parts, FieldCounts.fields(), Part.NAME);
        put(parts, Set.of(FieldEvidence.LANDMARK), Part.NAME);
        put(parts, Set.of(AuthorDomain.FIELD, JudgedMessage.RECIPIENTS), Part.WHOLE);
        put(parts, FieldEvidence.READ, Part.WHOLE);
        put(parts, MessageJudge.SAMPLED, Part.WHOLE);
        return parts;
    }

    private static void put(Map<String, Part> parts, Collection<String> names, Part part) {
        names.forEach(name -> parts.put(name, part));
    }

    private KeptFields() {}

    /** What is kept of a field; empty if nothing is. */
    static Optional<HeaderField> of(HeaderField field) {
        Part part = PARTS.get(field.name());
        if (part == null) {
            return Optional.empty();
        }
        return Optional.of(part == Part.WHOLE ? field : new HeaderField(field.name(), ""));
    }
}
