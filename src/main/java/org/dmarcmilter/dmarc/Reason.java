package org.dmarcmilter.dmarc;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Outcome;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.domain.DomainName;

/** Why a result is what it is: one sentence for logs and explanations, made when somebody reads it. */
public sealed interface Reason {
    /** The sentence. What strangers wrote may stand in it. */
    String words();

    /** What is known as a sentence. */
    record Text(String words) implements Reason {}

    /** There is an aligned pass. */
    record Aligned(DmarcRecord record, Optional<DomainName> dkim, Optional<DomainName> spf) implements Reason {
        @Override
        public String words() {
            String dkimPart = dkim.map(domain -> "DKIM " + domain + " aligned (" + word(record.adkim()) + ")")
                    .orElse("");
            String spfPart = spf.map(domain -> "SPF " + domain + " aligned (" + word(record.aspf()) + ")")
                    .orElse("");
            return dkimPart + (dkim.isPresent() && spf.isPresent() ? "; " : "") + spfPart;
        }
    }

    /** There is none, but there may be one. */
    record Open(AuthenticatedIdentifier identifier) implements Reason {
        @Override
        public String words() {
            return identifier.outcome() == Outcome.TEMPORARY_ERROR
                    ? "no aligned pass: " + identifier.mechanism() + " " + identifier.domain()
                            + " had a temporary error"
                    : "no answer from the DNS whether " + identifier.mechanism() + " " + identifier.domain()
                            + " is aligned";
        }
    }

    /** There is none. */
    record NoAlignedPass(List<AuthenticatedIdentifier> identifiers) implements Reason {
        /** A message may carry any number of signatures; a line of the log should not. */
        private static final int MAX_NAMED = 3;

        public NoAlignedPass {
            identifiers = List.copyOf(identifiers);
        }

        @Override
        public String words() {
            return "no aligned pass: " + failed(Mechanism.SPF) + "; " + failed(Mechanism.DKIM);
        }

        /** The passes that did not align; they are what a postmaster looks for. */
        private String failed(Mechanism mechanism) {
            StringBuilder out = new StringBuilder(mechanism.name());
            int passed = 0;
            boolean any = false;
            for (AuthenticatedIdentifier identifier : identifiers) {
                if (identifier.mechanism() == mechanism) {
                    any = true;
                    if (identifier.outcome() == Outcome.PASS && ++passed <= MAX_NAMED) {
                        out.append(passed == 1 ? " " : ", ").append(identifier.domain());
                    }
                }
            }
            if (passed == 0) {
                return out.append(any ? " did not pass" : " none").toString();
            }
            return out.append(passed > MAX_NAMED ? " and " + (passed - MAX_NAMED) + " more" : "")
                    .append(" not aligned")
                    .toString();
        }
    }

    private static String word(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? "strict" : "relaxed";
    }
}
