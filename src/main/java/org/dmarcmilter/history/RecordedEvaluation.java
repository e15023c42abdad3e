package org.dmarcmilter.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.history.HistoryRecord.Signature;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.spf.SpfIdentity;

/**
 * An evaluation as far as a record of a history file tells it: {@link HistoryFormat} the other way round.
 *
 * <p>What the file does not say has the default of a record that does not say it: np, t, psd, ri, the mistakes in it, who found a
 * result. OpenDMARC knows RFC 7489 only, so that is the standard. Why less was done than asked for is known of ARC, and of
 * {@code pct=0}.
 */
public final class RecordedEvaluation {
    /** A name that nobody has (RFC 2606, section 2): HELO names are not in the file. */
    private static final DomainName UNKNOWN = new DomainName("invalid");

    private static final int ALIGNED = 4;
    private static final int ARC_PASS = 0;
    private static final int SCOPE_HELO = 2;
    private static final long DAY = 86_400;

    private final HistoryRecord record;
    private final Consumer<String> problems;

    private RecordedEvaluation(HistoryRecord record, Consumer<String> problems) {
        this.record = record;
        this.problems = problems;
    }

    /**
     * The evaluation of a record. Empty if a value that it must have is none; a signature without a domain is left out.
     *
     * @param problems takes what was wrong, with the line's number
     */
    public static Optional<Evaluation> of(HistoryRecord record, Consumer<String> problems) {
        return new RecordedEvaluation(record, problems).evaluation();
    }

    private Optional<Evaluation> evaluation() {
        Optional<DomainName> author = domain("from", record.fromDomain());
        Optional<DomainName> policyDomain = domain("pdomain", record.policyDomain());
        Optional<IpAddress> client = known("ipaddr", IpAddress.parse(record.clientAddress()));
        Optional<Applied> applied = known("action", applied(record.action()));
        Optional<Status> status = known("policy", status(record.policy()));
        if (author.isEmpty() || policyDomain.isEmpty() || client.isEmpty() || applied.isEmpty() || status.isEmpty()) {
            return Optional.empty();
        }
        List<DkimSeen> dkim = dkim();
        ReversePath sender =
                ReversePath.parse(record.envelopeDomain().isEmpty() ? "<>" : "<?@" + record.envelopeDomain() + ">");
        DmarcResult result = result(author.get(), policyDomain.get(), status.get(), applied.get(), dkim, sender);
        return Optional.of(new Evaluation(
                record.jobId(),
                record.reporter(),
                Instant.ofEpochSecond(record.received()),
                client.filter(address -> !record.clientAddress().equals(HistoryFormat.NO_ADDRESS)),
                "",
                sender,
                Optional.empty(),
                Standard.RFC7489,
                result,
                dkim,
                spf(author.get(), sender),
                new ArcSeen(record.arc() == ARC_PASS, record.arcPolicy() == ARC_PASS, record.arcSets()),
                applied.get(),
                overrides(result, applied.get())));
    }

    private Optional<DomainName> domain(String key, String text) {
        return known(key, DomainName.parse(text));
    }

    private <T> Optional<T> known(String key, Optional<T> value) {
        if (value.isEmpty()) {
            problems.accept("record at line " + record.line() + ": no usable value for '" + key + "'");
        }
        return value;
    }

    private static Optional<Applied> applied(int action) {
        return switch (action) {
            // 1 is "discard", which OpenDMARC has a number for and never does.
            case 0, 1 -> Optional.of(Applied.REJECT);
            case 2 -> Optional.of(Applied.ACCEPT);
            case 3 -> Optional.of(Applied.TEMPFAIL);
            case 4 -> Optional.of(Applied.QUARANTINE);
            default -> Optional.empty();
        };
    }

    private static Optional<Status> status(int policy) {
        return switch (policy) {
            case 14 -> Optional.of(Status.NONE);
            case 15 -> Optional.of(Status.PASS);
            case 16, 17, 18 -> Optional.of(Status.FAIL);
            default -> Optional.empty();
        };
    }

    private List<DkimSeen> dkim() {
        List<DkimSeen> results = new ArrayList<>();
        for (Signature signature : record.dkim()) {
            Optional<DomainName> domain = DomainName.parse(signature.domain());
            if (domain.isPresent()) {
                results.add(new DkimSeen(
                        domain.get(),
                        true,
                        signature.selector(),
                        "",
                        ResultCode.word(signature.result()),
                        Source.TRUSTED_FIELD));
            } else {
                problems.accept("record at line " + record.line() + ": a signature has no domain and is left out");
            }
        }
        return results;
    }

    private DmarcResult result(
            DomainName author,
            DomainName policyDomain,
            Status status,
            Applied applied,
            List<DkimSeen> dkim,
            ReversePath sender) {
        if (status == Status.NONE) {
            return new DmarcResult(
                    author,
                    status,
                    new Discovery.NoPolicy("no record"),
                    Policy.NONE,
                    Policy.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    "");
        }
        DmarcRecord published = published();
        boolean inherited = !author.equals(policyDomain);
        Policy policy = switch (record.policy()) {
            case 16 -> Policy.REJECT;
            case 17 -> Policy.QUARANTINE;
            case 18 -> Policy.NONE;
            default -> inherited ? published.sp().orElse(published.p()) : published.p();
        };
        Optional<DomainName> alignedDkim = record.alignDkim() == ALIGNED
                ? Optional.of(dkim.stream()
                        .filter(seen -> seen.result().equals(ResultWord.PASS))
                        .map(DkimSeen::domain)
                        .filter(domain -> domain.isAtOrBelow(policyDomain))
                        .findFirst()
                        .orElse(author))
                : Optional.empty();
        Optional<DomainName> alignedSpf =
                record.alignSpf() == ALIGNED ? sender.domain().or(() -> Optional.of(author)) : Optional.empty();
        return new DmarcResult(
                author,
                status,
                new Discovery.Found(published, policyDomain, inherited, true, List.of()),
                policy,
                isSampledOut(status, published, applied) ? done(applied) : policy,
                alignedDkim,
                alignedSpf,
                "");
    }

    private DmarcRecord published() {
        return new DmarcRecord(
                policy(record.p()).orElse(Policy.NONE),
                policy(record.sp()),
                Optional.empty(),
                mode(record.adkim()),
                mode(record.aspf()),
                Math.max(0, Math.min(record.pct(), 100)),
                false,
                Psd.UNKNOWN,
                failureOptions(record.fo()),
                DAY,
                record.rua().stream()
                        .map(uri -> DmarcUri.parse(uri, Standard.RFC7489))
                        .flatMap(Optional::stream)
                        .toList(),
                List.of());
    }

    private static Optional<Policy> policy(int code) {
        return switch (code) {
            case 'r' -> Optional.of(Policy.REJECT);
            case 'q' -> Optional.of(Policy.QUARANTINE);
            case 'n' -> Optional.of(Policy.NONE);
            default -> Optional.empty();
        };
    }

    private static AlignmentMode mode(int code) {
        return code == 's' ? AlignmentMode.STRICT : AlignmentMode.RELAXED;
    }

    /** A bit for each. */
    private static List<String> failureOptions(int bits) {
        List<String> options = new ArrayList<>();
        List<String> all = List.of("0", "1", "d", "s");
        for (int i = 0; i < all.size(); i++) {
            if ((bits & 1 << i) != 0) {
                options.add(all.get(i));
            }
        }
        return options;
    }

    /** With another percentage nobody knows any more whether it was that, or a configuration that does not enforce. */
    private static boolean isSampledOut(Status status, DmarcRecord published, Applied applied) {
        return status == Status.FAIL && published.pct() == 0 && applied != Applied.REJECT;
    }

    private static Policy done(Applied applied) {
        return applied == Applied.QUARANTINE ? Policy.QUARANTINE : Policy.NONE;
    }

    private List<OverrideReason> overrides(DmarcResult result, Applied applied) {
        boolean letThrough =
                result.status() == Status.FAIL && result.policy() != Policy.NONE && applied == Applied.ACCEPT;
        if (letThrough && record.arcPolicy() == ARC_PASS) {
            return List.of(OverrideReason.TRUSTED_FORWARDER);
        }
        return result.sampledOut() ? List.of(OverrideReason.SAMPLED_OUT) : List.of();
    }

    /** The result and not the name: the file has the envelope sender's domain, which for a bounce is none. */
    private Optional<SpfSeen> spf(DomainName author, ReversePath sender) {
        if (record.spf() < 0) {
            return Optional.empty();
        }
        DomainName about = record.alignSpf() == ALIGNED ? author : UNKNOWN;
        return Optional.of(new SpfSeen(
                sender.domain().or(() -> Optional.of(about)),
                record.spfScope() == SCOPE_HELO ? SpfIdentity.Scope.HELO : SpfIdentity.Scope.MAIL_FROM,
                ResultCode.word(record.spf()),
                Source.TRUSTED_FIELD,
                List.of()));
    }
}
