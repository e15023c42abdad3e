package org.dmarcmilter.filter;

import java.util.List;
import org.dmarcmilter.history.Evaluation;
import org.dmarcmilter.history.Evaluation.Scope;
import org.dmarcmilter.spf.SpfResult;

/**
 * The own SPF check of a message.
 *
 * @param result what came out
 * @param scope which identity it looked at
 * @param identity that identity
 * @param announced whether the configuration asks for it (SPFSelfValidate), and so for its field and its log line; otherwise it
 *     proves what a Received-SPF field claims
 */
public record SelfCheck(SpfResult result, Scope scope, String identity, boolean announced) {
    /** The result as RFC 8601, section 2.7.2, calls it. */
    public String word() {
        return result.code().word();
    }

    /** The SPF records that took part, as they are recorded. */
    List<Evaluation.SpfRecord> records() {
        return result.records().stream()
                .map(record -> new Evaluation.SpfRecord(record.domain(), record.text()))
                .toList();
    }
}
