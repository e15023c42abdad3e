package org.dmarcmilter.sidebyside;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The ways in which our aggregate reports may differ from those of OpenDMARC's scripts about the same history; each is the row with its
 * {@link #id} in {@code src/site/markdown/aggregate-reports.md}.
 */
enum ReportDifference {
    // ---- Of files and whole messages
    ONE_A_POLICY_DOMAIN,
    UTC_DAY,
    ROWS_GROUPED,
    ENOUGH_FOR_THE_SCHEMA,
    ESCAPED,
    POLICY_CHANGED,
    FORGOTTEN_ADDRESS,
    PUT_OFF,
    NO_CLIENT_ADDRESS,
    NO_RECORD,
    SAME_JOB,
    BROKEN_JSON,
    BAD_VALUE,
    // ---- Of a message's facts
    REASON,
    RESULT_WORDS,
    SCOPE,
    ENVELOPE_FROM,
    NULL_SENDER,
    SELECTOR;

    private static final Map<String, String> SPF_WORDS = Map.of(
            "unknown", "none", "policy", "fail", "nxdomain", "neutral", "signed", "neutral", "discard", "neutral");
    private static final List<String> NO_DKIM_WORDS = List.of("softfail", "nxdomain", "signed", "discard", "unknown");

    /** As the page has it. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What ours has to tell of a message of which theirs tells that; the same where this is no difference in facts. */
    ReportedMessage reword(ReportedMessage told) {
        return switch (this) {
            case REASON -> told.with("reason", reason(told));
            case RESULT_WORDS ->
                told.with("spf result", SPF_WORDS.getOrDefault(told.fact("spf result"), told.fact("spf result")))
                        .with("signatures", signatures(told));
            case NULL_SENDER ->
                told.fact("spf domain").isEmpty()
                        ? told.with(
                                        "spf domain",
                                        told.fact("spf").equals("pass") ? told.fact("header_from") : "invalid")
                                .with("spf scope", "helo")
                        : told;
            case SCOPE -> told.with("spf scope", told.fact("spf scope").isEmpty() ? "mfrom" : told.fact("spf scope"));
            // Something aligned has passed, so there was a signature.
            case SELECTOR ->
                told.fact("dkim").equals("pass") && told.fact("signatures").isEmpty()
                        ? told.with("signatures", told.fact("header_from") + "  pass")
                        : told;
            case ENVELOPE_FROM -> told.with("envelope_from", told.fact("spf domain"));
            default -> told;
        };
    }

    /** Only where something else was done than was asked for, and then why. */
    private static String reason(ReportedMessage told) {
        String asked = told.fact("header_from").equals(told.policy().get("domain"))
                ? told.policy().get("p")
                : told.policy().get("sp");
        boolean fails = told.fact("dkim").equals("fail") && told.fact("spf").equals("fail");
        if (!fails || asked.equals(told.fact("disposition"))) {
            return "";
        }
        String comment = told.fact("reason").replaceFirst("^local_policy: ", "");
        if (comment.startsWith("arc=pass")) {
            return "trusted_forwarder: " + comment;
        }
        return told.policy().get("pct").equals("0")
                ? "sampled_out: sampled out, pct=0"
                : "local_policy: " + asked + " not enforced";
    }

    private static String signatures(ReportedMessage told) {
        return Arrays.stream(told.fact("signatures").split(", ", -1))
                .map(signature -> NO_DKIM_WORDS.contains(signature.substring(signature.lastIndexOf(' ') + 1))
                        ? signature.substring(0, signature.lastIndexOf(' ')) + " neutral"
                        : signature)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
