package org.dmarcmilter.sidebyside;

/** One message and what the two programs did with it. */
record Comparison(OptionSet set, Mail mail, Outcome theirs, Outcome ours) {
    /** Whether OpenDMARC came to one result and dmarc-milter to another; results as in {@link Outcome#result}. */
    boolean turns(String theirResult, String ourResult) {
        return theirs.result().matches(theirResult) && ours.result().matches(ourResult);
    }
}
