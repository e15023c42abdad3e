package org.dmarcmilter.recorded;

import java.util.Set;
import org.dmarcmilter.evaluation.Evaluation;

/**
 * What was written down about one author domain of one message.
 *
 * @param place the file that has it
 * @param evaluation what was seen and done, as far as the record says it
 * @param gaps what it does not say; the evaluation has a default there
 */
public record RecordedMessage(String place, Evaluation evaluation, Set<Gap> gaps) {
    /** Whether the record leaves that open. */
    public boolean leavesOpen(Gap gap) {
        return gaps.contains(gap);
    }
}
