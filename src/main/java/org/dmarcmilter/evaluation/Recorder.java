package org.dmarcmilter.evaluation;

/** Writes evaluations down, in a format of its own. */
public interface Recorder {
    /** Takes one evaluation. Never blocks and never fails: what does not fit is counted by the recorder. */
    void offer(Evaluation evaluation);
}
