package org.dmarcmilter.judge;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/**
 * The lines of the option LogDetails: {@code QUEUEID: details KEY=VALUE KEY=VALUE}, one for each author domain that was evaluated,
 * with what was found, what was done, and what RejectFailures would do. The keys are in the table of {@code operation.md}.
 *
 * <p>A value is one word of printable US-ASCII without what has a meaning in the line, {@code -} where there is none, so that no
 * sender writes a pair of his own. No word of the line is a bare {@code pass}, {@code fail} or {@code none}, which parsers of
 * OpenDMARC's line look for.
 */
final class DetailLines {
    /** Receivers of syslog take that much (RFC 5424, section 6.1), the queue id and the header of the datagram included. */
    private static final int MOST_CHARACTERS = 1_800;

    /** More than the registered words of RFC 8601 need. */
    private static final int MOST_OF_A_WORD = 20;

    /** A label of the DNS; a selector may be longer, and then its beginning tells enough. */
    private static final int MOST_OF_A_SELECTOR = 63;

    private static final String NOTHING = "-";
    private static final List<Applied> BY_STRICTNESS =
            List.of(Applied.ACCEPT, Applied.QUARANTINE, Applied.TEMPFAIL, Applied.REJECT);

    private DetailLines() {}

    /**
     * The lines for a judged message; none if the option does not want any for its result, or nothing was evaluated.
     *
     * @param limitMet whether a limit of ours kept a DNS answer from the message
     */
    static List<LogLine> of(Rules rules, MessageFacts facts, Judgement judgement, boolean limitMet) {
        boolean isFailure = judgement
                .result()
                .filter(result -> result.status() == Status.PASS || result.status() == Status.NONE)
                .isEmpty();
        boolean wanted = switch (rules.settings().logging().details()) {
            case FAILURES -> isFailure;
            case ALL -> true;
            case NONE -> false;
        };
        if (!wanted) {
            return List.of();
        }
        List<Evaluation> evaluations = Stream.concat(judgement.evaluation().stream(), judgement.others().stream())
                .toList();
        Applied rejecting = rejecting(rules, judgement, evaluations, limitMet);
        return evaluations.stream()
                .map(evaluation -> LogLine.info(facts.logged("details " + line(evaluation, rejecting))))
                .toList();
    }

    /** What is done with the message where RejectFailures is on: what the strictest author domain asks for. */
    private static Applied rejecting(Rules rules, Judgement judgement, List<Evaluation> evaluations, boolean limitMet) {
        boolean isSilent = judgement.evidence().filter(Evidence::isSilent).isPresent();
        return Stream.concat(
                        Stream.of(judgement.verdict().applied()),
                        evaluations.stream()
                                .map(evaluation -> Verdict.of(
                                                evaluation.dmarc(),
                                                isSilent,
                                                limitMet,
                                                evaluation.arc().overrides(),
                                                rules.settings().handling().rejecting())
                                        .applied()))
                .max(Comparator.comparingInt(BY_STRICTNESS::indexOf))
                .orElseThrow();
    }

    private static String line(Evaluation evaluation, Applied rejecting) {
        DmarcResult result = evaluation.dmarc();
        boolean found = result.discovery() instanceof Discovery.Found;
        StringBuilder line = new StringBuilder(300);
        add(line, "from", result.author().ascii());
        add(line, "result", result.status().word());
        add(line, "policy", found ? result.policy().word() : NOTHING);
        add(line, "applies", found ? result.toApply().word() : NOTHING);
        add(line, "action", evaluation.applied().word());
        add(line, "rejecting", rejecting.word());
        add(line, "overrides", words(evaluation.overrides()));
        add(line, "client", evaluation.client().map(IpAddress::text).orElse(NOTHING));
        add(line, "aligned", aligned(result));
        add(line, "record", found ? result.policyDomain().ascii() : NOTHING);
        add(line, "mfrom", evaluation.sender().domain().map(DomainName::ascii).orElse(NOTHING));
        add(
                line,
                "spf",
                evaluation
                        .spf()
                        .map(spf -> word(spf.result().text(), MOST_OF_A_WORD) + ":"
                                + spf.domain().map(DomainName::ascii).orElse(NOTHING) + ":"
                                + (spf.scope() == SpfIdentity.Scope.HELO ? "helo" : "mfrom"))
                        .orElse(NOTHING));
        add(
                line,
                "arc",
                evaluation.arc().overrides() ? "trusted" : evaluation.arc().pass() ? "pass" : NOTHING);
        add(line, "dkim", signatures(evaluation.dkim(), MOST_CHARACTERS - line.length()));
        return line.toString();
    }

    private static void add(StringBuilder line, String key, String value) {
        line.append(line.isEmpty() ? "" : " ").append(key).append('=').append(value);
    }

    private static String aligned(DmarcResult result) {
        Optional<String> both = Stream.of(
                        result.alignedDkim().map(domain -> "dkim:" + domain),
                        result.alignedSpf().map(domain -> "spf:" + domain))
                .flatMap(Optional::stream)
                .reduce((dkim, spf) -> dkim + "," + spf);
        return both.orElse(NOTHING);
    }

    private static String words(Collection<? extends Enum<?>> values) {
        return values.isEmpty()
                ? NOTHING
                : values.stream()
                        .map(value -> value.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(","));
    }

    /** {@code RESULT:DOMAIN:SELECTOR}, separated by commas; {@code +N} for those that find no room. */
    private static String signatures(List<DkimSeen> results, int room) {
        List<String> shown = new ArrayList<>();
        int left = room;
        for (DkimSeen dkim : results) {
            String signature = word(dkim.result().text(), MOST_OF_A_WORD) + ":" + dkim.domain() + ":"
                    + (dkim.selector().isEmpty() ? NOTHING : word(dkim.selector(), MOST_OF_A_SELECTOR));
            left -= signature.length() + 1;
            if (left < 0) {
                shown.add("+" + (results.size() - shown.size()));
                break;
            }
            shown.add(signature);
        }
        return shown.isEmpty() ? NOTHING : String.join(",", shown);
    }

    /** A stranger's text. */
    private static String word(String text, int most) {
        return Printable.of(text, most, " =,:;\"'\\");
    }
}
