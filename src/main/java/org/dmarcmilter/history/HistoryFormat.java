package org.dmarcmilter.history;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
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
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/**
 * The text of OpenDMARC's history file: lines of {@code KEY SPACE VALUE LF}; {@code job} begins a record,
 * {@code action} ends it. {@code opendmarc-import} reads what {@link #write} writes.
 *
 * <p>Here hostile text ends. A text becomes one word of printable US-ASCII with a bounded length, and what does not fit the
 * importer's tables (a hundredth signature, a second ARC set of one instance) is left out, so that no sender can break a line, the
 * JSON, or the import of other people's records.
 */
public final class HistoryFormat {
    /** The keys in the order in which a record has them; {@code dkim} and {@code rua} may come several times. */
    static final List<String> KEYS = List.of(
            "job",
            "reporter",
            "received",
            "ipaddr",
            "from",
            "mfrom",
            "dkim",
            "spf",
            "spf_scope",
            "pdomain",
            "policy",
            "rua",
            "pct",
            "adkim",
            "aspf",
            "p",
            "sp",
            "fo",
            "align_dkim",
            "align_spf",
            "arc",
            "arc_policy",
            "action");

    /** Those of OpenDMARC's development version; its importer reads them, that of 1.4.2 complains about each. */
    private static final Set<String> EXTRA_KEYS = Set.of("spf_scope", "fo");

    /** No line is longer: fifty ARC sets with every character escaped. */
    static final int MAX_LINE = 65_536;

    /** What the file says of a client without address. */
    static final String NO_ADDRESS = "127.0.0.1";

    /** There was no such result. */
    private static final int UNDEFINED = -1;

    /** Width of the importer's columns {@code domains.name}, {@code selectors.name} and {@code reporters.name}. */
    private static final int MAX_NAME = 255;

    /** Width of the importer's column {@code messages.jobid}. */
    private static final int MAX_JOB = 128;

    /** Width of the importer's columns {@code ipaddr.addr} and {@code arcauthresults.arc_client_addr}. */
    private static final int MAX_ADDRESS = 64;

    /** Width of the importer's column {@code requests.repuri}, which takes all addresses, joined by commas. */
    private static final int MAX_REPORT_ADDRESSES = 255;

    /** RFC 9990 reports so many signatures of a message; the importer counts them in one byte. */
    private static final int MAX_SIGNATURES = 100;

    /** RFC 8617, section 4.2.1: no chain is longer. */
    private static final int MAX_ARC_INSTANCE = 50;

    private final StringBuilder text = new StringBuilder(512);
    private final boolean extraKeys;

    private HistoryFormat(boolean extraKeys) {
        this.extraKeys = extraKeys;
    }

    /**
     * The record of one message, ending with a line feed. Whatever the message held, the text is one whole record.
     *
     * @param extraKeys whether it has the keys that OpenDMARC 1.4.2 neither writes nor imports
     */
    public static String write(Evaluation evaluation, boolean extraKeys) {
        HistoryFormat record = new HistoryFormat(extraKeys);
        record.addMessage(evaluation);
        evaluation.dkim().stream().limit(MAX_SIGNATURES).forEach(record::addSignature);
        record.add(
                "spf",
                evaluation.spf().map(spf -> ResultCode.of(spf.result()).code()).orElse(UNDEFINED));
        record.add("spf_scope", evaluation.spf().map(HistoryFormat::scopeCode).orElse(UNDEFINED));
        record.addPolicy(evaluation.dmarc());
        record.addArc(evaluation.arc());
        record.add("action", actionCode(evaluation.applied()));
        return record.text.toString();
    }

    private void add(String key, String value) {
        if (extraKeys || !EXTRA_KEYS.contains(key)) {
            text.append(key).append(' ').append(value).append('\n');
        }
    }

    private void add(String key, long value) {
        add(key, Long.toString(value));
    }

    private void addMessage(Evaluation evaluation) {
        add("job", evaluation.queueId().isEmpty() ? "(unknown-jobid)" : word(evaluation.queueId(), MAX_JOB));
        add("reporter", word(evaluation.reporter(), MAX_NAME));
        add("received", evaluation.at().getEpochSecond());
        add("ipaddr", evaluation.client().map(IpAddress::text).orElse(NO_ADDRESS));
        add("from", evaluation.dmarc().author().ascii());
        add("mfrom", evaluation.sender().domain().map(DomainName::ascii).orElse(""));
    }

    private void addSignature(DkimSeen dkim) {
        boolean known = !dkim.selector().isEmpty() && !dkim.selector().equals("-");
        // The importer takes a third word that begins with "json:" for the ARC list.
        String selector = known ? name(dkim.selector(), MAX_NAME).replace(':', '?') : "-";
        add(
                "dkim",
                dkim.domain() + " " + selector + " "
                        + ResultCode.of(dkim.result()).code());
    }

    private static int scopeCode(SpfSeen spf) {
        return spf.scope() == SpfIdentity.Scope.MAIL_FROM ? 1 : 2;
    }

    /** The policy record, with 0 for what is unknown without one, and what followed from it. */
    private void addPolicy(DmarcResult result) {
        add("pdomain", result.policyDomain().ascii());
        add("policy", policyCode(result));
        if (!(result.discovery() instanceof Discovery.Found found)) {
            add("rua", "-");
            List.of("pct", "adkim", "aspf", "p", "sp", "fo", "align_dkim", "align_spf")
                    .forEach(key -> add(key, 0));
            return;
        }
        DmarcRecord record = found.record();
        List<String> reportAddresses = reportAddresses(record.rua());
        (reportAddresses.isEmpty() ? List.of("-") : reportAddresses).forEach(uri -> add("rua", uri));
        add("pct", record.pct());
        add("adkim", modeCode(record.adkim()));
        add("aspf", modeCode(record.aspf()));
        add("p", requestCode(record.p()));
        add("sp", record.sp().map(HistoryFormat::requestCode).orElse(0));
        add("fo", failureOptionBits(record));
        add("align_dkim", result.alignedDkim().isPresent() ? 4 : 5);
        add("align_spf", result.alignedSpf().isPresent() ? 4 : 5);
    }

    /** What applies; a DNS failure leaves the verdict open and is written like a missing record. */
    private static int policyCode(DmarcResult result) {
        return switch (result.status()) {
            case PASS -> 15;
            case FAIL ->
                switch (result.policy()) {
                    case REJECT -> 16;
                    case QUARANTINE -> 17;
                    case NONE -> 18;
                };
            case NONE, TEMPERROR, PERMERROR -> 14;
        };
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

    /** Nothing is asked for without an address. */
    private static int failureOptionBits(DmarcRecord record) {
        int bits = 0;
        for (String option : record.ruf().isEmpty() ? List.<String>of() : record.fo()) {
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

    /** OpenDMARC's spelling, with the strings escaped, which it forgets. */
    private void addArc(ArcSeen arc) {
        List<String> objects = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (ArcSet set : arc.sets()) {
            // The importer gives up a message at a second row of one instance.
            if (set.instance() >= 1 && set.instance() <= MAX_ARC_INSTANCE && seen.add(set.instance())) {
                String sealer = name(set.sealer(), MAX_NAME).toLowerCase(Locale.ROOT);
                String address = set.clientIp().isEmpty() ? "" : name(set.clientIp(), MAX_ADDRESS);
                objects.add("{ \"i\": " + set.instance() + ", \"d\":" + quoted(sealer) + ", \"s\":"
                        + quoted(name(set.selector(), MAX_NAME)) + ", \"ip\":" + quoted(address) + " }");
            }
        }
        add("arc", arc.pass() ? 0 : 7);
        add("arc_policy", (arc.overrides() ? 0 : 2) + " json:[" + String.join(", ", objects) + "]");
    }

    private static String quoted(String text) {
        return "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }

    private static int actionCode(Applied applied) {
        return switch (applied) {
            case REJECT -> 0;
            case ACCEPT -> 2;
            case TEMPFAIL -> 3;
            case QUARANTINE -> 4;
        };
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
