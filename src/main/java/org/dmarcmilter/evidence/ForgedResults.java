package org.dmarcmilter.evidence;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.authres.AuthenticationResultsParser;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;
import org.dmarcmilter.message.FieldCounts;
import org.dmarcmilter.message.HeaderField;

/**
 * The Authentication-Results fields under a name that we believe which no checker in front of us has written (RFC 8601, section 5).
 *
 * <p>Checkers put theirs on top of the message, the MTA shows us no Received field of its own: so what stands below a Received field, or
 * below a field that the author writes, came with the message. A sender's field on top of all his others cannot be told from
 * a checker's.
 */
public final class ForgedResults {
    /** The field's name. */
    public static final String FIELD = FieldReader.FIELD;

    /** For a loop that makes no iterator, for each field of each message. */
    private static final String[] AUTHORS_FIELDS = FieldCounts.fields().toArray(String[]::new);

    private ForgedResults() {}

    /**
     * Where they stand: their places among the fields of that name, counted from 1, top to bottom. None where the configuration leaves
     * forged fields alone.
     */
    public static List<Integer> places(MessageFacts facts, Trust trust) {
        if (!trust.removesForged()) {
            return List.of();
        }
        List<Integer> places = new ArrayList<>();
        boolean cameWithTheMessage = false;
        int place = 0;
        for (HeaderField field : facts.headers().fields()) {
            if (field.is(FIELD)) {
                place++;
                if (trust.names(AuthenticationResultsParser.writtenId(field.value()))
                        && (cameWithTheMessage || !isBelieved(field, facts, trust))) {
                    places.add(place);
                }
            }
            cameWithTheMessage |= cameWithMessage(field);
        }
        return places;
    }

    /** Whether a field, and so what stands below it, came with the message. */
    static boolean cameWithMessage(HeaderField field) {
        if (field.is(FieldEvidence.LANDMARK)) {
            return true;
        }
        for (String name : AUTHORS_FIELDS) {
            if (field.is(name)) {
                return true;
            }
        }
        return false;
    }

    /** Others may be less strict readers: what we cannot read, or is for another job, has no right to the name. */
    private static boolean isBelieved(HeaderField field, MessageFacts facts, Trust trust) {
        return AuthenticationResultsParser.parse(field.value()) instanceof Parsed.Field valid
                && trust.believes(valid.results().authservId(), facts.queueId());
    }
}
