package org.dmarcmilter.filter;

import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.history.Evaluation.Action;

/**
 * From a DMARC result and the configuration to what is done (RFC 7489, section 6.6.4, and local policy).
 *
 * @param verdict what is done
 * @param shown the disposition that the header field names: quarantine if held, none otherwise
 * @param action what is recorded
 */
record Decision(Verdict verdict, Policy shown, Action action) {

    /**
     * Decides.
     *
     * @param arcOverrides whether a trusted ARC chain vouches for the message
     */
    static Decision of(DmarcResult result, boolean arcOverrides, Settings.Handling handling) {
        return switch (result.status()) {
            case PASS, NONE, PERMERROR -> delivered(new Verdict.Accept());
            case TEMPERROR -> handling.tempfailOnTemporaryError() ? tryAgain(result) : delivered(new Verdict.Accept());
            case FAIL ->
                arcOverrides || result.policy() == Policy.NONE
                        ? delivered(new Verdict.Accept())
                        : failed(result, handling);
        };
    }

    private static Decision failed(DmarcResult result, Settings.Handling handling) {
        String domain = result.policyDomain().ascii();
        if (result.disposition() == Policy.REJECT && handling.rejectFailures()) {
            return new Decision(
                    new Verdict.Refuse(550, "5.7.1", handling.rejectText().replace("%s", domain)),
                    Policy.REJECT,
                    Action.REJECT);
        }
        if (result.disposition() == Policy.QUARANTINE && handling.holdQuarantined()) {
            return new Decision(
                    new Verdict.Hold("quarantined by DMARC policy for " + domain),
                    Policy.QUARANTINE,
                    Action.QUARANTINE);
        }
        return delivered(new Verdict.Continue());
    }

    private static Decision tryAgain(DmarcResult result) {
        return new Decision(
                new Verdict.Refuse(
                        451,
                        "4.7.1",
                        "DMARC check of " + result.author().ascii()
                                + " could not be completed, please try again later"),
                Policy.NONE,
                Action.TEMPFAIL);
    }

    private static Decision delivered(Verdict verdict) {
        return new Decision(verdict, Policy.NONE, Action.ACCEPT);
    }
}
