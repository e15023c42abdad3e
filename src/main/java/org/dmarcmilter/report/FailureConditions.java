package org.dmarcmilter.report;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.message.HeaderField;

/** Whether a message gives rise to a failure report. Who gets it is another question. */
final class FailureConditions {
    /** RFC 8601, section 2.7.1: what a signature that was evaluated, and did not pass, can be. */
    private static final Set<ResultWord> DKIM_FAILURES =
            Set.of(ResultWord.FAIL, ResultWord.POLICY, ResultWord.NEUTRAL, ResultWord.PERMERROR);

    /** RFC 8601, section 2.7.2. Neutral and none are no failures: the owner asserts nothing. */
    private static final Set<ResultWord> SPF_FAILURES =
            Set.of(ResultWord.FAIL, ResultWord.SOFTFAIL, ResultWord.PERMERROR);

    private FailureConditions() {}

    /**
     * Whether somebody asked for a report about this message and none of the reasons against it holds.
     *
     * <p>Sampling and the action do not matter: the owner wants to know what fails. The tag fo does, other than in OpenDMARC.
     */
    static boolean met(FailureNotice notice, FailureReportSettings settings) {
        DmarcResult result = notice.evaluation().dmarc();
        if (!settings.enabled() || !(result.discovery() instanceof Discovery.Found found)) {
            return false;
        }
        // With the verdict open, nothing is known to have failed.
        if (result.status() != Status.PASS && result.status() != Status.FAIL) {
            return false;
        }
        if (result.policy() == Policy.NONE && !settings.onNone()) {
            return false;
        }
        boolean wanted = ownerAsks(found.record())
                ? asksFor(found.record().fo(), notice.evaluation())
                : settings.bcc().isPresent() && result.status() == Status.FAIL;
        return wanted && !isReport(notice);
    }

    /** Whether the record names somebody. RFC 9991, section 2: nothing is sent for a public suffix domain's record. */
    static boolean ownerAsks(DmarcRecord record) {
        return !record.ruf().isEmpty() && record.psd() != Psd.YES;
    }

    /** The tag fo (RFC 7489, section 6.3): any of its options suffices. Without it the default 0 holds. */
    private static boolean asksFor(List<String> fo, Evaluation evaluation) {
        DmarcResult result = evaluation.dmarc();
        List<String> options = fo.isEmpty() ? List.of("0") : fo;
        return options.stream().anyMatch(option -> switch (option) {
            case "0" -> result.status() == Status.FAIL;
            case "1" -> result.alignedDkim().isEmpty() || result.alignedSpf().isEmpty();
            case "d" -> evaluation.dkim().stream().anyMatch(FailureConditions::isFailure);
            case "s" ->
                evaluation
                        .spf()
                        .filter(spf -> SPF_FAILURES.contains(spf.result()))
                        .isPresent();
            default -> false;
        });
    }

    /** Whether that signature was evaluated and did not pass. */
    static boolean isFailure(DkimSeen dkim) {
        return DKIM_FAILURES.contains(dkim.result());
    }

    /**
     * Whether the message is itself a report, a bounce or another machine's answer. A report about a report, and two hosts
     * that report to each other, would never end (RFC 9991, section 5.1; RFC 3834). That the null sender counts too costs
     * reports about forgeries that use it; but only it gives away a bounce of one of our reports that says nothing else of
     * itself.
     */
    private static boolean isReport(FailureNotice notice) {
        return notice.evaluation().sender().isNull()
                || notice.headers().stream().anyMatch(field -> isMachines(field) || isReportsType(field));
    }

    /** RFC 3834, section 5: any keyword but {@code no}. */
    private static boolean isMachines(HeaderField field) {
        if (!field.is("Auto-Submitted")) {
            return false;
        }
        String keyword = field.value().strip().toLowerCase(Locale.ROOT);
        return !keyword.isEmpty() && !keyword.matches("(?s)no\\b.*");
    }

    /** RFC 6522 and RFC 5965. */
    private static boolean isReportsType(HeaderField field) {
        if (!field.is("Content-Type")) {
            return false;
        }
        String type = field.value().toLowerCase(Locale.ROOT);
        return type.contains("multipart/report") || type.contains("feedback-report");
    }
}
