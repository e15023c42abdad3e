package org.dmarcmilter.filter;

import org.dmarcmilter.history.Evaluation.Scope;
import org.dmarcmilter.spf.SpfResult;

/** The own SPF check of a message and the identity it looked at. */
record SelfCheck(SpfResult result, Scope scope, String identity) {
    /** The result as RFC 8601, section 2.7.2, calls it. */
    String word() {
        return result.code().word();
    }
}
