package org.dmarcmilter.history;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/**
 * One record of OpenDMARC's history file: an {@link Evaluation} in that file's codes, with every text made harmless.
 *
 * <p>{@link #of} is where hostile text ends. A text becomes one word of printable US-ASCII with a bounded length, what does
 * not fit the importer's tables (a hundredth signature, a second ARC set of one instance) is left out, so that no sender
 * can break a line, the JSON, or the import of other people's records.
 *
 * @param jobId the MTA's queue id
 * @param reporter the MTA's host name
 * @param received seconds since the epoch
 * @param clientAddress the client's IP address
 * @param fromDomain the author domain
 * @param envelopeDomain domain of the envelope sender, empty for the null sender
 * @param dkim the DKIM results, in header order
 * @param spf {@link ResultCode}, or {@link #UNDEFINED}
 * @param spfScope 1 MAIL FROM, 2 HELO, {@link #UNDEFINED} without SPF result
 * @param policyDomain where the policy record was found; the author domain if none was
 * @param policy one of the {@code POLICY_} codes
 * @param rua where the owner wants aggregate reports
 * @param pct the record's pct, 0 without record
 * @param adkim {@code 'r'} or {@code 's'}, 0 without record
 * @param aspf {@code 'r'} or {@code 's'}, 0 without record
 * @param p {@code 'r'}, {@code 'q'} or {@code 'n'}, 0 without record
 * @param sp the same, 0 if not given
 * @param fo bits: 1 for {@code 0}, 2 for {@code 1}, 4 for {@code d}, 8 for {@code s}; 0 without ruf
 * @param alignDkim {@link #ALIGN_PASS}, {@link #ALIGN_FAIL}, 0 without record
 * @param alignSpf the same
 * @param arc 0 pass, 7 otherwise
 * @param arcPolicy 0 if the ARC chain overrode the failure, 2 otherwise
 * @param arcSets the ARC sets, one an instance
 * @param action the code of what was done
 */
public record HistoryRecord(
        String jobId,
        String reporter,
        long received,
        String clientAddress,
        String fromDomain,
        String envelopeDomain,
        List<Signature> dkim,
        int spf,
        int spfScope,
        String policyDomain,
        int policy,
        List<String> rua,
        int pct,
        int adkim,
        int aspf,
        int p,
        int sp,
        int fo,
        int alignDkim,
        int alignSpf,
        int arc,
        int arcPolicy,
        List<ArcSet> arcSets,
        int action) {

    /** What the file says of a client without address. */
    private static final String NO_ADDRESS = "127.0.0.1";

    /** There was no such result. */
    public static final int UNDEFINED = -1;

    /** No record applied, or the verdict is open: a DNS failure is written like a missing record. */
    public static final int POLICY_ABSENT = 14;

    /** The message passed. */
    public static final int POLICY_PASS = 15;

    /** It failed, and the owner asks to reject. */
    public static final int POLICY_REJECT = 16;

    /** It failed, and the owner asks to quarantine. */
    public static final int POLICY_QUARANTINE = 17;

    /** It failed, and the owner asks for nothing. */
    public static final int POLICY_NONE = 18;

    /** The mechanism passed with an aligned domain. */
    public static final int ALIGN_PASS = 4;

    /** The mechanism did not pass with an aligned domain. */
    public static final int ALIGN_FAIL = 5;

    /** Width of the importer's columns {@code domains.name}, {@code selectors.name} and {@code reporters.name}. */
    static final int MAX_NAME = 255;

    /** Width of the importer's column {@code messages.jobid}. */
    static final int MAX_JOB = 128;

    /** Width of the importer's columns {@code ipaddr.addr} and {@code arcauthresults.arc_client_addr}. */
    static final int MAX_ADDRESS = 64;

    /** Width of the importer's column {@code requests.repuri}, which takes all addresses, joined by commas. */
    static final int MAX_REPORT_ADDRESSES = 255;

    /** RFC 9990 reports so many signatures of a message; the importer counts them in one byte. */
    static final int MAX_SIGNATURES = 100;

    /** RFC 8617, section 4.2.1: no chain is longer. */
    static final int MAX_ARC_INSTANCE = 50;

    public HistoryRecord {
        dkim = List.copyOf(dkim);
        rua = List.copyOf(rua);
        arcSets = List.copyOf(arcSets);
    }

    /**
     * One DKIM result.
     *
     * @param domain the signature's d=; empty if unknown
     * @param selector the signature's s=; empty if unknown
     * @param result {@link ResultCode}
     */
    public record Signature(String domain, String selector, int result) {}

    /** What goes into the file for one message. */
    public static HistoryRecord of(Evaluation evaluation) {
        DmarcResult result = evaluation.dmarc();
        Optional<DmarcRecord> record =
                result.discovery() instanceof Discovery.Found found ? Optional.of(found.record()) : Optional.empty();
        return new HistoryRecord(
                evaluation.queueId().isEmpty() ? "(unknown-jobid)" : word(evaluation.queueId(), MAX_JOB),
                word(evaluation.reporter(), MAX_NAME),
                evaluation.at().getEpochSecond(),
                evaluation.client().map(IpAddress::text).orElse(NO_ADDRESS),
                result.author().ascii(),
                evaluation.sender().domain().map(DomainName::ascii).orElse(""),
                signatures(evaluation.dkim()),
                evaluation.spf().map(spf -> ResultCode.of(spf.result()).code()).orElse(UNDEFINED),
                evaluation.spf().map(spf -> scopeCode(spf.scope())).orElse(UNDEFINED),
                result.policyDomain().ascii(),
                policyCode(result),
                record.map(r -> reportAddresses(r.rua())).orElse(List.of()),
                record.map(DmarcRecord::pct).orElse(0),
                record.map(r -> modeCode(r.adkim())).orElse(0),
                record.map(r -> modeCode(r.aspf())).orElse(0),
                record.map(r -> requestCode(r.p())).orElse(0),
                record.flatMap(DmarcRecord::sp).map(HistoryRecord::requestCode).orElse(0),
                record.map(HistoryRecord::failureOptionBits).orElse(0),
                record.map(r -> alignCode(result.alignedDkim().isPresent())).orElse(0),
                record.map(r -> alignCode(result.alignedSpf().isPresent())).orElse(0),
                evaluation.arc().pass() ? 0 : 7,
                evaluation.arc().overrides() ? 0 : 2,
                arcSets(evaluation.arc().sets()),
                actionCode(evaluation.applied()));
    }

    private static int actionCode(Applied applied) {
        return switch (applied) {
            case REJECT -> 0;
            case ACCEPT -> 2;
            case TEMPFAIL -> 3;
            case QUARANTINE -> 4;
        };
    }

    private static int policyCode(DmarcResult result) {
        return switch (result.status()) {
            case PASS -> POLICY_PASS;
            case FAIL ->
                switch (result.policy()) {
                    case REJECT -> POLICY_REJECT;
                    case QUARANTINE -> POLICY_QUARANTINE;
                    case NONE -> POLICY_NONE;
                };
            case NONE, TEMPERROR, PERMERROR -> POLICY_ABSENT;
        };
    }

    private static int scopeCode(SpfIdentity.Scope scope) {
        return scope == SpfIdentity.Scope.MAIL_FROM ? 1 : 2;
    }

    private static int modeCode(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? 's' : 'r';
    }

    private static int requestCode(Policy policy) {
        return switch (policy) {
            case REJECT -> 'r';
            case QUARANTINE -> 'q';
            case NONE -> 'n';
        };
    }

    private static int alignCode(boolean aligned) {
        return aligned ? ALIGN_PASS : ALIGN_FAIL;
    }

    private static int failureOptionBits(DmarcRecord record) {
        if (record.ruf().isEmpty()) {
            return 0;
        }
        int bits = 0;
        for (String option : record.fo()) {
            bits |= switch (option) {
                case "0" -> 1;
                case "1" -> 2;
                case "d" -> 4;
                case "s" -> 8;
                default -> 0;
            };
        }
        return bits;
    }

    /**
     * The addresses that fit the importer's column together. It would refuse or cut a longer list, and then nobody, or a
     * cut address, got the reports.
     */
    private static List<String> reportAddresses(List<DmarcUri> rua) {
        List<String> fitting = new ArrayList<>();
        int room = MAX_REPORT_ADDRESSES;
        for (DmarcUri address : rua) {
            String uri = address.text();
            // An address that had to be mended would be another address.
            if (uri.length() <= room && !uri.isEmpty() && uri.equals(word(uri, MAX_REPORT_ADDRESSES))) {
                fitting.add(uri);
                room -= uri.length() + 1;
            }
        }
        return fitting;
    }

    private static List<Signature> signatures(List<DkimSeen> results) {
        return results.stream()
                .limit(MAX_SIGNATURES)
                .map(dkim -> new Signature(
                        dkim.domain().ascii(),
                        selector(dkim.selector()),
                        ResultCode.of(dkim.result()).code()))
                .toList();
    }

    private static String selector(String text) {
        if (text.isEmpty() || text.equals("-")) {
            return "";
        }
        // The importer takes a third word that begins with "json:" for the ARC list.
        return name(text, MAX_NAME).replace(':', '?');
    }

    private static List<ArcSet> arcSets(List<ArcSet> sets) {
        List<ArcSet> kept = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (ArcSet set : sets) {
            // The importer gives up a message at a second row of one instance.
            if (set.instance() >= 1 && set.instance() <= MAX_ARC_INSTANCE && seen.add(set.instance())) {
                kept.add(new ArcSet(
                        set.instance(),
                        domain(set.sealer()),
                        name(set.selector(), MAX_NAME),
                        set.clientIp().isEmpty() ? "" : name(set.clientIp(), MAX_ADDRESS)));
            }
        }
        return kept;
    }

    private static String domain(String text) {
        return name(text, MAX_NAME).toLowerCase(Locale.ROOT);
    }

    /** A word without markup: OpenDMARC's reports write what they find in the database into XML as it is. */
    private static String name(String text, int maxLength) {
        return word(text, maxLength, " <>&");
    }

    /**
     * One word of printable US-ASCII, never empty. A lone hyphen means "nothing" in the file and would make the importer
     * drop the record.
     */
    private static String word(String text, int maxLength) {
        return word(text, maxLength, " ");
    }

    private static String word(String text, int maxLength, String replaced) {
        String word = Printable.of(text, maxLength, replaced);
        return word.isEmpty() || word.equals("-") ? "?" : word;
    }
}
