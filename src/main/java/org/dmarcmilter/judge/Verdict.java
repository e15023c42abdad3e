package org.dmarcmilter.judge;

import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.Applied;

/** What is done with a message. */
public sealed interface Verdict {
    /** What is written down about it. */
    Applied applied();

    /** Whether the message goes on, so that header fields make sense. */
    default boolean delivers() {
        return true;
    }

    /** The disposition that the header field names: quarantine if the message is held, none if it is delivered. */
    default Policy shown() {
        return Policy.NONE;
    }

    /** Delivered; nobody asked for more. */
    record Accept() implements Verdict {
        @Override
        public Applied applied() {
            return Applied.ACCEPT;
        }
    }

    /** Delivered although the owner asks for more than we are configured to do; later filters go on. */
    record Continue() implements Verdict {
        @Override
        public Applied applied() {
            return Applied.ACCEPT;
        }
    }

    /** Delivered into the MTA's quarantine. */
    record Hold(String reason) implements Verdict {
        @Override
        public Applied applied() {
            return Applied.QUARANTINE;
        }

        @Override
        public Policy shown() {
            return Policy.QUARANTINE;
        }
    }

    /** Refused for good; the MTA picks the text. */
    record Reject() implements Verdict {
        @Override
        public Applied applied() {
            return Applied.REJECT;
        }

        @Override
        public boolean delivers() {
            return false;
        }
    }

    /** Refused with our own reply, for now (4xx) or for good. */
    record Refuse(int code, String enhancedCode, String text) implements Verdict {
        @Override
        public Applied applied() {
            return code < 500 ? Applied.TEMPFAIL : Applied.REJECT;
        }

        @Override
        public boolean delivers() {
            return false;
        }
    }

    /**
     * What follows from a DMARC result under a configuration (RFC 7489, section 6.6.4, and local policy).
     *
     * @param limitMet whether a limit of ours kept a DNS answer from the message: what an answer might have changed stays open, and
     *     whoever brings us to our limits must not get mail past them
     * @param arcOverrides whether a chain of listed ARC sealers vouches for the message
     */
    static Verdict of(DmarcResult result, boolean limitMet, boolean arcOverrides, Settings.Handling handling) {
        return switch (result.status()) {
            case PASS, NONE, PERMERROR -> new Accept();
            case TEMPERROR ->
                limitMet ? tryAgain(result, " within the limits of this server") : open(result, arcOverrides, handling);
            case FAIL -> {
                if (arcOverrides || result.policy() == Policy.NONE) {
                    yield new Accept();
                }
                yield limitMet ? tryAgain(result, " within the limits of this server") : failed(result, handling);
            }
        };
    }

    /**
     * The same.
     *
     * @param isSilent whether neither a checker nor we said anything about the message: most likely the filter in front of us is down, and
     *     its word could have been a pass
     */
    static Verdict of(
            DmarcResult result, boolean isSilent, boolean limitMet, boolean arcOverrides, Settings.Handling handling) {
        Verdict verdict = of(result, limitMet, arcOverrides, handling);
        boolean keepsAway = verdict instanceof Hold || !verdict.delivers();
        // A limit of ours is no filter that is down, and closes the door whatever the option says.
        if (!isSilent || result.status() != DmarcResult.Status.FAIL || limitMet || !keepsAway) {
            return verdict;
        }
        return switch (handling.onMissingResults()) {
            case FAIL -> verdict;
            case TEMPFAIL -> tryAgain(result, "");
            case ACCEPT -> new Continue();
        };
    }

    /**
     * An open question must not be closed against an honest sender, nor opened at will by another: anybody can add a signature whose
     * key cannot be fetched. So what a failure would keep away comes again (RFC 7489, section 6.6.2; RFC 9989, section 5.3.6).
     */
    private static Verdict open(DmarcResult result, boolean arcOverrides, Settings.Handling handling) {
        boolean again = switch (handling.onTemporaryError()) {
            case ACCEPT -> false;
            case TEMPFAIL -> true;
            case POLICY -> !arcOverrides && !(failed(result, handling) instanceof Continue);
        };
        return again ? tryAgain(result, "") : new Accept();
    }

    private static Verdict failed(DmarcResult result, Settings.Handling handling) {
        String domain = result.policyDomain().ascii();
        if (result.disposition() == Policy.REJECT && handling.rejectFailures()) {
            return new Refuse(550, "5.7.1", handling.rejectText().replace("%s", domain));
        }
        if (result.disposition() == Policy.QUARANTINE && handling.holdQuarantined()) {
            return new Hold("quarantined by DMARC policy for " + domain);
        }
        return new Continue();
    }

    private static Verdict tryAgain(DmarcResult result, String why) {
        return new Refuse(
                451,
                "4.7.1",
                "DMARC check of " + result.author().ascii() + " could not be completed" + why
                        + ", please try again later");
    }
}
