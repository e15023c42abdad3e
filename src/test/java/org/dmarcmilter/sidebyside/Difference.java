package org.dmarcmilter.sidebyside;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The ways in which dmarc-milter may differ from OpenDMARC; each is the row with its {@link #id} in
 * {@code src/site/markdown/differences.md}.
 *
 * <p>There are two kinds. A <b>wording</b> turns what OpenDMARC said into what dmarc-milter has to say instead, so that
 * everything around it still has to be equal. A <b>cause</b> is another judgement of the message, recognized by what is in
 * the message and by both results; it explains those fields that follow from the judgement, and no others.
 */
enum Difference {
    // ---- Wordings, in the order in which they apply
    LOG_DEBUG(
            "log-debug",
            (c, e) -> e.keySet().stream()
                    .filter(key -> key.startsWith("log.untrusted"))
                    .toList()
                    .forEach(key -> {
                        e.remove(key);
                        e.merge(
                                "logs",
                                "",
                                (logs, none) ->
                                        logs.replaceFirst("untrusted ?", "").strip());
                    })),
    IMPLICIT_ID("implicit-id", (c, e) -> {
        if (e.remove("log.implicit") != null) {
            e.computeIfPresent(
                    "logs", (key, logs) -> logs.replaceFirst("implicit ?", "").strip());
        }
    }),
    DOMAIN_LOWER_CASE(
            "domain-lower-case",
            (c, e) -> e.replaceAll((key, value) -> key.matches(Fields.DOMAINS)
                    ? Pattern.compile("(?i)[\\w.-]+\\.example").matcher(value).replaceAll(m -> lower(m.group()))
                    : value)),
    FROM_TRAILING_DOT(
            "from-trailing-dot",
            (c, e) -> e.replaceAll((key, value) ->
                    key.matches(Fields.DOMAINS) ? value.replaceAll("\\.example\\.(?=\\s|$)", ".example") : value)),
    FROM_A_LABEL(
            "from-a-label",
            (c, e) -> e.replaceAll((key, value) -> key.matches(Fields.DOMAINS)
                    ? value.replaceAll("b(\u00c3\u00bc|\u00fc)cher\\.", "xn--bcher-kva.")
                    : value)),
    POLICY_PROPERTY(
            "policy-property",
            (c, e) -> e.computeIfPresent(Fields.DMARC, (key, value) -> {
                String told = value.replaceFirst(
                        "(dmarc=(?:pass|fail|none) \\(p=(\\w+) dis=\\w+\\) .*)", "$1 policy.dmarc=$2");
                // One step down for what pct leaves out.
                return c.mail().records().stream().noneMatch(record -> record.matches(".*; pct=0[;\"].*"))
                        ? told
                        : told.replaceFirst("policy\\.dmarc=quarantine$", "policy.dmarc=none")
                                .replaceFirst("policy\\.dmarc=reject$", "policy.dmarc=quarantine");
            })),
    JOB_ID_QUOTED("job-id-quoted", (c, e) -> {
        if (c.set() == OptionSet.JOB_ID) {
            e.computeIfPresent(
                    Fields.DMARC,
                    (key, value) -> value.replaceFirst(
                            "^0 mx\\.test(/" + c.mail().job() + ")?;",
                            "0 \"mx.test/" + c.mail().job() + "\";"));
        }
    }),
    SOFTWARE_HEADER("software-header", (c, e) -> {
        String mta = Pattern.quote(c.mail().mtaName());
        adopt(
                c,
                e,
                "header.DMARC-Filter",
                "0 OpenDMARC Filter v1\\.4\\.2 " + mta + " " + c.mail().job(),
                "0 dmarc-milter v[\\w.-]+ " + mta + "( via [\\w.-]+)? "
                        + c.mail().job());
    }),
    REPLY_TEXT("reply-text", (c, e) -> {
        adopt(
                c,
                e,
                "log.required",
                ".*: not exactly one (From|Date) field",
                ".*: (missing|multiple) (From|Date) fields?");
        String reason = c.ours().get("log.required").replaceFirst("^.*requirement error: ", "");
        adopt(
                c,
                e,
                "reply",
                "eom: reject",
                "eom: 550 5\\.7\\.1 (" + Pattern.quote(reason) + "|From field names no valid domain)");
    }),
    FROM_REASON(
            "from-reason",
            (c, e) -> adopt(
                    c,
                    e,
                    "log.from",
                    ".*: unable to parse From header field",
                    ".*: unable to parse From header field: .+")),
    RECORD_REASON(
            "record-reason",
            (c, e) -> adopt(
                    c,
                    e,
                    "log.record",
                    ".*opendmarc_policy_query_dmarc\\(.*",
                    ".*: DMARC record of .* is unusable: .*")),
    LOG_AUTHENTICATED("log-authenticated", (c, e) -> {
        if (c.mail().mailMacros().containsKey("auth_authen") && !e.containsKey("log.ignored")) {
            e.put(
                    "log.ignored",
                    "<6>ignoring authenticated client, mailfrom=<" + c.mail().sender() + ">");
            e.put("logs", "ignored");
        }
    }),
    IGNORED_AT_END(
            "ignored-at-end",
            (c, e) -> e.computeIfPresent(
                    "reply", (key, value) -> value.replaceFirst("^(connect|mail): accept$", "eom: accept"))),
    HISTORY_ORDER(
            "history-order",
            (c, e) -> e.computeIfPresent("history", (key, keys) -> {
                List<String> sorted = new ArrayList<>(Arrays.asList(keys.split(" ")));
                int last = sorted.lastIndexOf("dkim");
                boolean several = sorted.indexOf("spf") != sorted.lastIndexOf("spf");
                if (several || sorted.indexOf("spf") < last) {
                    sorted.removeAll(List.of("spf"));
                    sorted.add(Math.max(sorted.lastIndexOf("dkim"), sorted.indexOf("mfrom")) + 1, "spf");
                    e.computeIfPresent("history.spf", (k, codes) -> codes.replaceFirst("^.* \\| ", ""));
                }
                return String.join(" ", sorted);
            })),
    RUA_SCHEME(
            "rua-scheme",
            (c, e) -> e.computeIfPresent(
                    "history.rua", (key, value) -> value.matches("a@x.example|mailto:nobody") ? "-" : value)),
    ARC_CLIENT_IP(
            "arc-client-ip",
            (c, e) -> e.computeIfPresent(
                    "history.arc_policy",
                    (key, value) -> c.mail().has("ARC-Authentication-Results", "smtp.remote-ip=203.0.113.5")
                            ? value.replace("\"ip\":\"\"", "\"ip\":\"203.0.113.5\"")
                            : value)),
    ARC_JSON(
            "arc-json",
            (c, e) -> e.computeIfPresent(
                    "history.arc_policy",
                    (key, value) -> value.replaceAll("(\"d\":\"[^\"]*)\"([^\"]+\",)", "$1\\\\\"$2"))),
    FROM_PERMERROR("from-permerror", (c, e) -> {
        boolean noAuthor = e.containsKey("log.from")
                || e.getOrDefault("log.required", "").contains("missing From field; accepting");
        if (noAuthor
                && e.get("reply").equals("eom: accept")
                && !e.containsKey(Fields.DMARC)
                && c.ours().get("headers").equals("Authentication-Results.dmarc")
                && c.ours().get("log.result").isEmpty()) {
            e.put(Fields.DMARC, "0 mx.test; dmarc=permerror");
            e.put("headers", "Authentication-Results.dmarc");
        }
    }),

    // ---- Causes: the author domain
    FROM_MALFORMED(
            "from-malformed",
            Fields.JUDGEMENT,
            c -> c.theirs().get("log.from").isEmpty()
                    && c.ours().get("log.from").contains("unable to parse")),
    FROM_SEVERAL_FIELDS(
            "from-several-fields",
            Fields.JUDGEMENT,
            c -> c.theirs().get("log.from").isEmpty()
                    && c.ours().get("log.from").endsWith("multi-valued From field detected")
                    && c.mail().fields().stream().filter(f -> f.is("From")).count() > 1),
    FROM_SEVERAL_SEEN(
            "from-several-seen",
            Fields.JUDGEMENT,
            c -> c.theirs().get("log.from").isEmpty()
                    && c.ours().get("log.from").endsWith("multi-valued From field detected")),
    FROM_SEVERAL("from-several", Fields.JUDGEMENT, c -> c.turns("several", "fail")),
    FROM_UNDERSTOOD("from-understood", Fields.JUDGEMENT, c -> c.turns("unreadable", "fail")),
    FROM_SPACES(
            "from-spaces",
            Fields.JUDGEMENT,
            c -> c.turns("none", "fail") && c.mail().has("From", " @ ")),

    // ---- Causes: the policy record
    RECORD_VERSION(
            "record-version",
            Fields.JUDGEMENT,
            c -> c.turns("permerror", "none")
                    && c.mail().records().stream().noneMatch(line -> line.matches(".*TXT \"v=DMARC1( *;.*)?\""))),
    RECORD_POSITION(
            "record-position",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "none")
                    && (c.mail().hasRecord("p=reject; v=DMARC1") || c.mail().hasRecord("xv=DMARC1"))),
    RECORD_NO_POLICY(
            "record-no-policy",
            Fields.JUDGEMENT,
            c -> c.turns("permerror", "fail|pass")
                    && c.ours().get(Fields.DMARC).contains("(p=none ")
                    && c.mail().hasRecord("rua=mailto:")),
    RECORD_BAD_TAG(
            "record-bad-tag",
            Fields.JUDGEMENT,
            c -> c.turns("permerror", "fail|pass")
                    && (c.mail().hasRecord(" p=reject; pct=")
                            || c.mail().hasRecord(" fo=x")
                            || c.mail().hasRecord(" ri=abc")
                            || c.mail().hasRecord(" rua=mailto:b@x.example"))),
    RECORD_PREFIX(
            "record-prefix",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "permerror")
                    && (c.mail().hasRecord("p=r\"") || c.mail().hasRecord("p=re ject"))),
    RECORD_MODE_WORD(
            "record-mode-word",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "fail|pass") && c.mail().hasRecord("adkim=strict")),
    RECORD_EMPTY_SP(
            "record-empty-sp",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "permerror") && c.mail().hasRecord("sp=;")),
    RECORD_PCT(
            "record-pct",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "fail")
                    && (c.mail().hasRecord("pct=abc") || c.mail().hasRecord("pct=0%"))),
    RECORD_RF("record-rf", "history.aspf", c -> c.mail().hasRecord("rf=iodef")),
    RECORD_SPACE(
            "record-space",
            Fields.JUDGEMENT,
            c -> c.turns("none", "fail") && c.mail().hasRecord("v = DMARC1")),
    RECORD_LONG_TAG("record-long-tag", "history|history.rua", c -> c.mail().hasRecord("@long.example")),
    HISTORY_RUA("history-rua", "history|history.rua", c -> c.mail().hasRecord("@many.example")),
    RECORDS_SEVERAL(
            "records-several",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "none")
                    && c.mail().records().stream()
                                    .filter(line -> line.contains("\"v=DMARC1"))
                                    .count()
                            > 1),
    RECORD_AFTER_OTHER(
            "record-after-other",
            Fields.JUDGEMENT,
            c -> c.turns("none", "fail")
                    && c.mail().hasRecord("\"v=spf1")
                    && c.mail().hasRecord("\"v=DMARC1")),
    DNS_FAILURE(
            "dns-failure",
            Fields.JUDGEMENT,
            c -> c.turns("none", "temperror") && c.mail().field("From").contains("@fail.")),
    NO_SUFFIX_LIST(
            "no-suffix-list",
            Fields.JUDGEMENT,
            c -> c.set() == OptionSet.NO_SUFFIX_LIST
                    && c.turns("none", "fail|pass|permerror")
                    && c.mail().field("From").contains("sub.")),

    // ---- Causes: SPF and DKIM
    SPF_MAILBOX(
            "spf-mailbox",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "pass") && c.mail().has("Authentication-Results", "spf=pass smtp.mailfrom=bounce@")),
    SPF_HELO(
            "spf-helo",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "pass")
                    && c.mail().sender().isEmpty()
                    && c.mail().has("Authentication-Results", "spf=pass smtp.helo=")),
    SPF_NO_DOMAIN(
            "spf-no-domain",
            Fields.JUDGEMENT,
            c -> c.turns("pass", "fail") && c.mail().sender().equals("root")),
    SPF_NO_ADDRESS(
            "spf-no-address",
            Fields.JUDGEMENT + "|.*spf",
            c -> c.turns("pass", "fail") && c.mail().clientAddress().isEmpty()),
    RECEIVED_SPF_TRUST(
            "received-spf-trust",
            Fields.JUDGEMENT,
            c -> c.mail().has("Received-SPF", "pass ")
                    && c.set() != OptionSet.SPF_SELF
                    && (c.turns("pass", "fail")
                            || c.theirs().get("history.spf").equals("0")
                                    && !c.ours().get("history.spf").equals("0"))),
    RECEIVED_SPF_SELF(
            "received-spf-self",
            Fields.JUDGEMENT + "|.*spf",
            c -> c.set() == OptionSet.SPF_SELF
                    && c.mail().has("Received-SPF", "identity=mailfrom")
                    && c.theirs().get("log.spf").isEmpty()
                    && !c.ours().get("log.spf").isEmpty()),
    SPF_WORDS(
            "spf-words",
            "header.*spf|log.spf|history.spf",
            c -> c.theirs().get("log.spf").endsWith(" fail")
                    && c.ours().get("log.spf").matches(".* (softfail|neutral|permerror|temperror)")),
    SPF_LOCAL_PART(
            "spf-local-part",
            Fields.JUDGEMENT + "|.*spf",
            c -> c.turns("fail", "pass") && c.mail().hasRecord("%{l}")),
    SPF_HEADER_ON_REJECT(
            "spf-header-on-reject",
            "header.*spf|headers",
            c -> c.ours().get("reply").startsWith("eom: 550")
                    && c.theirs().get("headers").startsWith("Authentication-Results.spf")
                    && c.ours().get("headers").isEmpty()),
    TEMPERROR_EVIDENCE(
            "temperror-evidence",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "temperror")
                    && (c.mail().has("Authentication-Results", "=temperror")
                            || c.ours().get("log.spf").endsWith(" temperror"))),
    DKIM_IDENTITY(
            "dkim-identity",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "pass") && c.mail().has("Authentication-Results", "dkim=pass header.i=@")),
    UNKNOWN_PROPERTY(
            "unknown-property",
            Fields.JUDGEMENT,
            c -> c.turns("fail", "pass") && c.mail().has("Authentication-Results", " dns.sec=")),
    PROPERTY_NAME(
            "property-name",
            Fields.JUDGEMENT,
            c -> c.turns("pass", "fail") && c.mail().has("Authentication-Results", " header.domain=")),
    RESULTS_VERSION(
            "results-version",
            Fields.JUDGEMENT,
            c -> c.turns("pass", "fail") && c.mail().has("Authentication-Results", "mx.test 2;")),
    RESULTS_WORD(
            "results-word",
            "history.(spf|dkim)",
            c -> c.mail().has("Authentication-Results", "=hardfail") || c.mail().has("Received-SPF", "hardfail ")),
    DKIM_SIGNER_SYNTAX(
            "dkim-signer-syntax",
            Fields.JUDGEMENT + "|log.other",
            c -> c.theirs().get("reply").equals("eom: tempfail")
                    && c.theirs().get("log.other").contains("store_from_dkim")),
    TRUSTED_IDS_CASE(
            "trusted-ids-case",
            Fields.JUDGEMENT,
            c -> c.set() == OptionSet.TRUSTED
                    && c.turns("fail", "pass")
                    && (c.mail().has("Authentication-Results", "CHECKER.test;")
                            || c.mail().has("Authentication-Results", "other.test;"))),

    // ---- Causes: alignment
    ALIGNMENT_ONE_LETTER(
            "alignment-one-letter",
            Fields.JUDGEMENT,
            c -> c.turns("pass", "fail")
                    && (c.mail().field("From").contains("@a.")
                            || c.mail().has("Authentication-Results", "header.d=b."))),
    ALIGNMENT_SUFFIX(
            "alignment-suffix",
            Fields.JUDGEMENT,
            c -> c.turns("pass", "fail") && c.mail().has("Authentication-Results", "header.d=com ")),
    ALIGNMENT_STRICT(
            "alignment-strict",
            Fields.JUDGEMENT,
            c -> c.turns("pass", "fail")
                    && (c.mail().hasRecord("adkim=s") || c.mail().hasRecord("aspf=s"))
                    && !c.mail().has("Authentication-Results", "header.d=b.")
                    && !c.mail().field("From").contains("@a.")),

    // ---- Causes: what is done
    PCT_QUARANTINE(
            "pct-quarantine",
            Fields.HANDLING,
            c -> c.turns("fail", "fail")
                    && c.mail().hasRecord("pct=0")
                    && c.ours().get(Fields.DMARC).contains("(p=reject dis=quarantine)")),
    HOLD_ALONE(
            "hold-alone",
            Fields.HANDLING,
            c -> c.turns("fail", "fail")
                    && c.set() == OptionSet.HOLD_ALONE
                    && c.ours().get(Fields.DMARC).contains("(p=quarantine dis=quarantine)")),
    COPY_OF_REJECTED(
            "copy-of-rejected",
            "recipient",
            c -> c.ours().get("reply").startsWith("eom: 550")
                    && c.ours().get("recipient").isEmpty()),
    IGNORE_HOSTS_MASK(
            "ignore-hosts-mask",
            ".*",
            c -> c.ours().get("reply").equals("eom: accept")
                    && c.mail().clientAddress().equals("203.0.113.77")),
    IGNORE_HOSTS_LOCAL(
            "ignore-hosts-local",
            ".*",
            c -> c.ours().get("reply").equals("eom: accept")
                    && c.mail().clientAddress().equals("127.0.0.1")),
    ARC_TWO_RESULTS(
            "arc-two-results",
            Fields.JUDGEMENT + "|log.arc",
            c -> c.mail().fields().stream()
                            .filter(field -> field.value().contains("arc=pass"))
                            .count()
                    > 1),
    ARC_SEAL_CHECKED(
            "arc-seal-checked",
            "logs|log.arcfield",
            c -> c.theirs().get("log.arcfield").isEmpty()
                    && c.ours().get("log.arcfield").contains("invalid ARC-Seal"));

    /** Changes what OpenDMARC said into what dmarc-milter must have said. */
    private interface Wording {
        void apply(Comparison comparison, Map<String, String> expected);
    }

    /** Names of fields as patterns. */
    private static final class Fields {
        static final String DMARC = "header.Authentication-Results.dmarc";
        static final String HANDLING =
                "reply|quarantine|recipient|headers|header.Authentication-Results.dmarc|history.action";
        static final String JUDGEMENT =
                HANDLING + "|header.DMARC-Filter|logs|log.(result|from|record)|history|history\\..*";
        static final String DOMAINS =
                "header.Authentication-Results.dmarc|log.(result|ignored)|history.(from|mfrom|pdomain|dkim)";
    }

    private final String id;
    private final Wording wording;
    private final Pattern fields;
    private final Predicate<Comparison> condition;

    Difference(String id, Wording wording) {
        this.id = id;
        this.wording = wording;
        this.fields = Pattern.compile("");
        this.condition = comparison -> false;
    }

    Difference(String id, String fields, Predicate<Comparison> condition) {
        this.id = id;
        this.wording = (comparison, expected) -> {};
        this.fields = Pattern.compile(fields);
        this.condition = condition;
    }

    /** As in the table. */
    String id() {
        return id;
    }

    /** Words {@code expected}, which begins as OpenDMARC's outcome, as dmarc-milter does; whether that changed anything. */
    boolean reword(Comparison comparison, Map<String, String> expected) {
        Map<String, String> before = new TreeMap<>(expected);
        wording.apply(comparison, expected);
        return !before.equals(new TreeMap<>(expected));
    }

    /** Whether it is why the programs differ in that field. */
    boolean causes(Comparison comparison, String field) {
        return fields.matcher(field).matches() && condition.test(comparison);
    }

    /** Whether it is a cause that explains another reply to the MTA. */
    boolean changesVerdict() {
        return fields.matcher("reply").matches();
    }

    /** Where OpenDMARC's text has the one form and ours the other, ours is expected. */
    private static void adopt(Comparison c, Map<String, String> expected, String field, String theirs, String ours) {
        if (expected.getOrDefault(field, "").matches(theirs)
                && c.ours().get(field).matches(ours)) {
            expected.put(field, c.ours().get(field));
        }
    }

    private static String lower(String domain) {
        return domain.toLowerCase(Locale.ROOT);
    }
}
