package org.dmarcmilter.evidence;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.SpfSeen;

/**
 * What the fields of one message say.
 *
 * @param dkim the DKIM results of trusted checkers, in the order of the fields
 * @param trustedSpf the SPF result of trusted checkers
 * @param receivedSpf the result of a Received-SPF field, where it counts as it stands: it says nothing in favour of the sender, or the
 *     client is this host itself
 * @param claimsSpf whether a field that anybody may have written, Received-SPF or one that is {@code disbelieved}, says what would help
 *     this sender: it makes us check, and only our own result counts
 * @param arc what was said about ARC
 * @param ignored why fields and results do not count, one entry for each
 * @param notes why fields were not believed, for debugging
 * @param disbelieved why what trusted fields say in favour of the sender does not count, in printable words; empty as a rule
 * @param heard whether a checker that we believe said anything, or one on this host put a Received-SPF field on top
 * @param strangers authserv-ids, like host names, of fields that stand where checkers put theirs: nobody believes them, and they speak
 *     about SPF or DKIM, about which nobody whom we believe does. A sender may have written them
 * @param warnings invalid ARC fields, in OpenDMARC's words
 */
public record FieldEvidence(
        List<DkimSeen> dkim,
        Optional<SpfSeen> trustedSpf,
        Optional<SpfSeen> receivedSpf,
        boolean claimsSpf,
        ArcSeen arc,
        Optional<String> disbelieved,
        boolean heard,
        List<String> strangers,
        List<Ignored> ignored,
        List<String> notes,
        List<String> warnings) {

    /** The fields that are read. */
    public static final Set<String> READ = read();

    /** The field that is a landmark only: who added what stands above it is known. */
    public static final String LANDMARK = FieldReader.RECEIVED;

    private static Set<String> read() {
        Set<String> names = new HashSet<>(CopiedText.FIELDS);
        names.addAll(
                List.of(FieldReader.FIELD, FieldReader.RECEIVED_SPF, FieldReader.ARC_SEAL, FieldReader.ARC_RESULTS));
        return Set.copyOf(names);
    }

    /** Whether of the fields of that name only those are read that {@link #isOdd}. */
    public static boolean isReadForItsOddity(String name) {
        return name.equalsIgnoreCase(CopiedText.DKIM_SIGNATURE)
                || name.equalsIgnoreCase(CopiedText.ARC_MESSAGE_SIGNATURE);
    }

    /** Whether a checker that copies from this value may have written what it did not find out. */
    public static boolean isOdd(CharSequence value) {
        return CopiedText.isIn(value);
    }

    public FieldEvidence {
        dkim = List.copyOf(dkim);
        strangers = List.copyOf(strangers);
        ignored = List.copyOf(ignored);
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
    }

    /** What the fields say about SPF. A Received-SPF field is read only where no trusted checker saw the sender pass. */
    public Optional<SpfSeen> spf() {
        return receivedSpf.or(() -> trustedSpf);
    }

    /** Whether a trusted checker saw this message's sender pass, so that nothing else is asked. */
    boolean isSettled() {
        return isSettled(trustedSpf);
    }

    static boolean isSettled(Optional<SpfSeen> trusted) {
        return trusted.filter(spf -> spf.domain().isPresent() && spf.result().equals(ResultWord.PASS))
                .isPresent();
    }
}
