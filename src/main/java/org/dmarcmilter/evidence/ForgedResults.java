package org.dmarcmilter.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
 *
 * <p>Unless there is no checker but us: then each result of ours under our own name is forged, wherever it stands, and so is what others
 * may read as one.
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
        if (!trust.removesForged() && trust.oursAlone().isEmpty()) {
            return List.of();
        }
        List<Integer> places = new ArrayList<>();
        boolean cameWithTheMessage = false;
        int place = 0;
        for (HeaderField field : facts.headers().fields()) {
            if (field.is(FIELD)) {
                place++;
                String id = AuthenticationResultsParser.writtenId(field.value());
                boolean cameIn = trust.removesForged()
                        && trust.names(id)
                        && (cameWithTheMessage || !isBelieved(field, facts, trust));
                if (cameIn || (trust.isOurs(id) && isUsurped(field.value(), trust.oursAlone()))) {
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

    /** Whether a field under our own name says, or is read by somebody as if it said, what only we have to say. */
    private static boolean isUsurped(String value, Set<String> oursAlone) {
        if (oursAlone.isEmpty()) {
            return false;
        }
        if (!(AuthenticationResultsParser.parse(value) instanceof Parsed.Field valid) || valid.truncated()) {
            return true;
        }
        for (String method : oursAlone) {
            if (holdsResultOf(method, value)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the method's name stands there with what may follow a name: an equal sign, a version or a comment. Not as the parser sees it:
     * what it passes over, a less strict reader may take.
     */
    private static boolean holdsResultOf(String method, String value) {
        for (int at = 0; at + method.length() < value.length(); at++) {
            if (value.regionMatches(true, at, method, 0, method.length())
                    && (at == 0 || !isOfName(value.charAt(at - 1)))) {
                int next = at + method.length();
                while (next < value.length() && value.charAt(next) <= ' ') {
                    next++;
                }
                if (next < value.length() && "=/(".indexOf(value.charAt(next)) >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isOfName(char c) {
        return Character.isLetterOrDigit(c) || "-_.".indexOf(c) >= 0;
    }

    /** Others may be less strict readers: what we cannot read, or is for another job, has no right to the name. */
    private static boolean isBelieved(HeaderField field, MessageFacts facts, Trust trust) {
        return AuthenticationResultsParser.parse(field.value()) instanceof Parsed.Field valid
                && trust.believes(valid.results().authservId(), facts.queueId());
    }
}
