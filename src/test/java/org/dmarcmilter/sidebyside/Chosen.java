package org.dmarcmilter.sidebyside;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The messages that chance would not make: one for each rule in which the programs might differ. */
final class Chosen {
    private static final String REJECT = "v=DMARC1; p=reject; rua=mailto:agg@%d";

    /** Allows the client that all messages come from unless they say otherwise. */
    private static final String SPF_HERE = "v=spf1 ip4:192.0.2.10 -all";

    /** Values of the From field (the interesting ones of RFC 5322's syntax and of attacks); %d is a domain with p=reject. */
    private static final List<String> FROM_FORMS = List.of(
            "joe@%d, bob",
            "bob, joe@%d",
            "",
            "<>",
            "joe",
            "Joe <joe>",
            "undisclosed:;",
            "\"Joe <joe@%d>",
            "(Joe <joe@%d>",
            "@%d",
            "<@relay.example:joe@%d>",
            "Group: joe@%d;",
            "Group: joe@%d, x@other.example;",
            "joe@%d, bob@other.example",
            "bob@other.example, joe@%d",
            "joe@%d, bob@%d",
            "joe@%d, b, bob@%d",
            "joe@%d>",
            "<joe@%d",
            "joe@%d <bob@other.example>",
            "bob@other.example <joe@%d>",
            "Joe <joe@%d> <x@other.example>",
            "joe@%d joe2@other.example",
            "joe@%d;bob@other.example",
            "\"a@x.example, b\" <joe@%d>",
            "joe@[192.0.2.1]",
            "joe@%d.",
            "joe@.%d",
            "joe@ex %d",
            "joe @ %d",
            "joe@%d\n\tx",
            "joe@\"%d\"",
            "joe@(comment)%d",
            "joe@%d,,",
            "\"joe@other.example\"@%d",
            "joe@b\u00fccher.%d",
            "joe@b\u00c3\u00bccher.%d",
            "Joe <joe@SUB.%d>",
            "=?utf-8?q?Joe?= <joe@%d>");

    private final OptionSet set;
    private final List<Mail> mails = new ArrayList<>();

    private Chosen(OptionSet set) {
        this.set = set;
    }

    static List<Mail> of(OptionSet set) {
        Chosen chosen = new Chosen(set);
        chosen.forSet();
        return chosen.mails;
    }

    private void add(String what, Function<Mail.Draft, Mail.Draft> parts) {
        String job = "S%02dC%03d".formatted(set.ordinal(), mails.size());
        mails.add(parts.apply(Mail.draft(job, what)).build());
    }

    private void forSet() {
        switch (set) {
            case DEFAULTS -> {
                fromForms();
                spfEvidence();
                dkimEvidence();
            }
            case REJECT -> {
                records();
                alignment();
            }
            case MULTI_VALUE_FROM -> fromForms();
            case REQUIRED_HEADERS -> requiredHeaders();
            case JOB_ID -> jobIds();
            case IGNORE -> ignored();
            case TRUSTED -> trustedIds();
            case IMPLICIT_ID ->
                add(
                        "the MTA's name as authserv-id",
                        m -> m.mtaName("mx." + m.domain())
                                .policy(REJECT)
                                .above("Authentication-Results", "mx.%d; dkim=pass header.d=%d"));
            case SPF_SELF -> selfChecks();
            case SPF_SELF_ONLY ->
                add(
                        "a result that is to be ignored",
                        m -> m.policy(REJECT).spf("pass", "%d").txt("%d", "v=spf1 -all"));
            case COPY, COPY_ALONE -> {
                add("copied, p=reject", m -> m.policy(REJECT));
                add("copied, p=quarantine", m -> m.policy("v=DMARC1; p=quarantine"));
                add("not copied, p=none", m -> m.policy("v=DMARC1; p=none"));
                add("copied, pct=0", m -> m.policy("v=DMARC1; p=quarantine; pct=0"));
            }
            case HOLD, HOLD_ALONE -> {
                add("held, p=quarantine", m -> m.policy("v=DMARC1; p=quarantine"));
                add("not held, p=quarantine pct=0", m -> m.policy("v=DMARC1; p=quarantine; pct=0"));
                add("p=reject pct=0", m -> m.policy("v=DMARC1; p=reject; pct=0"));
                add("p=reject", m -> m.policy(REJECT));
            }
            case ARC -> arc();
            case NO_SUFFIX_LIST ->
                add(
                        "a subdomain without record of its own",
                        m -> m.from("joe@sub.%d").txt("_dmarc.%d", REJECT));
            default -> {
                // Generated messages only.
            }
        }
    }

    private void fromForms() {
        for (String form : FROM_FORMS) {
            add("From: " + form, m -> m.from(form).policy(REJECT));
        }
        add("no From field", m -> m.bare().field("Date", "Tue, 24 Nov 2026 07:00:00 +0000"));
        add("two From fields", m -> m.policy(REJECT).field("From", "bob@other.example"));
        add(
                "several From domains, one of which passes",
                m -> m.from("joe@%d, bob@x%d")
                        .policy(REJECT)
                        .txt("_dmarc.x%d", REJECT)
                        .dkim("pass", "%d"));
    }

    private void spfEvidence() {
        add("SPF pass for user@domain", m -> m.policy(REJECT).spf("pass", "bounce@%d"));
        add(
                "SPF pass for the HELO name with a null sender",
                m -> m.policy(REJECT)
                        .sender("")
                        .helo("%d")
                        .above("Authentication-Results", "mx.test; spf=pass smtp.helo=%d"));
        add(
                "SPF pass for the HELO name instead of the sender",
                m -> m.policy(REJECT).above("Authentication-Results", "mx.test; spf=pass smtp.helo=%d"));
        add("SPF fail, then SPF pass", m -> m.policy(REJECT).spf("fail", "%d").spf("pass", "%d"));
        add("SPF pass, then SPF fail", m -> m.policy(REJECT).spf("pass", "%d").spf("fail", "%d"));
        add("two SPF passes", m -> m.policy(REJECT).spf("pass", "%d").spf("pass", "%d"));
        add("SPF temperror", m -> m.policy(REJECT).spf("temperror", "%d"));
        add(
                "SPF fail, then a Received-SPF pass",
                m -> m.policy(REJECT)
                        .txt("%d", SPF_HERE)
                        .spf("fail", "%d")
                        .above("Received-SPF", "pass identity=mailfrom; envelope-from=\"bounce@%d\""));
        add(
                "a Received-SPF pass that the DNS knows nothing of",
                m -> m.policy(REJECT).above("Received-SPF", "pass identity=mailfrom; envelope-from=\"bounce@%d\""));
        add(
                "Received-SPF below Received",
                m -> m.policy(REJECT).field("Received-SPF", "pass identity=mailfrom; envelope-from=\"bounce@%d\""));
        add(
                "Received-SPF for another client",
                m -> m.policy(REJECT)
                        .above(
                                "Received-SPF",
                                "pass identity=mailfrom; envelope-from=\"bounce@%d\"; client-ip=203.0.113.9"));
        add(
                "Received-SPF with angle brackets",
                m -> m.policy(REJECT)
                        .txt("%d", SPF_HERE)
                        .above("Received-SPF", "pass identity=mailfrom; envelope-from=<bounce@%d>"));
        add(
                "Received-SPF about HELO",
                m -> m.policy(REJECT)
                        .above("Received-SPF", "pass identity=helo; helo=%d; envelope-from=\"bounce@%d\""));
        add(
                "Received-SPF of a VERP sender",
                m -> m.policy(REJECT)
                        .txt("%d", SPF_HERE)
                        .sender("bounce+joe=other.example@%d")
                        .above(
                                "Received-SPF",
                                "pass identity=mailfrom; envelope-from=\"bounce+joe=other.example@%d\""));
    }

    private void dkimEvidence() {
        add(
                "DKIM pass with header.i only",
                m -> m.policy(REJECT).above("Authentication-Results", "mx.test; dkim=pass header.i=@%d"));
        add("DKIM temperror", m -> m.policy(REJECT).dkim("temperror", "%d"));
        add(
                "a property of an unknown type",
                m -> m.policy(REJECT).above("Authentication-Results", "mx.test; dkim=pass header.d=%d dns.sec=yes"));
        add(
                "an authserv-id that begins with a sign",
                m -> m.policy(REJECT).above("Authentication-Results", "_mx.test; dkim=pass header.d=%d"));
        add(
                "several results in one field, with comments",
                m -> m.policy(REJECT)
                        .above(
                                "Authentication-Results",
                                "mx.test 1;\n\tspf=fail (no) smtp.mailfrom=%d;\n\tdkim=fail reason=\"bad signature\""
                                        + " header.d=x%d;\n\tdkim=pass (2048-bit key) header.d=%d header.s=one header.b=abc"));
        add("no results", m -> m.policy(REJECT).above("Authentication-Results", "mx.test; none"));
        add("not a results field at all", m -> m.policy(REJECT).above("Authentication-Results", ";;;"));
        add("a signer that is no domain", m -> m.policy(REJECT).dkim("pass", "\"x%d(.%d\""));
        add(
                "a signer in header.domain",
                m -> m.policy(REJECT)
                        .above("Authentication-Results", "mx.test; dkim=pass header.domain=%d header.selector=one"));
        add(
                "results of another version",
                m -> m.policy(REJECT).above("Authentication-Results", "mx.test 2; dkim=pass header.d=%d"));
        add(
                "results that nobody knows",
                m -> m.policy(REJECT).dkim("hardfail", "%d").spf("hardfail", "%d"));
        add(
                "a result that nobody knows in Received-SPF",
                m -> m.policy(REJECT).above("Received-SPF", "hardfail identity=mailfrom; envelope-from=\"bounce@%d\""));
        add(
                "a signer with a final dot",
                m -> m.policy(REJECT).above("Authentication-Results", "mx.test; dkim=pass header.d=%d."));
        add("a signer in capitals", m -> m.policy(REJECT).dkim("pass", "%d").dkim("pass", "NEWS.%d"));
    }

    private void records() {
        for (String record : List.of(
                "v=DMARC1; p=r",
                "v=DMARC1; P=REJECT",
                "v=DMARC1 ; p = reject",
                "v=DMARC1;; p=reject",
                "v=DMARC1; p=\"reject\"",
                "v=DMARC1; p=reject; p=none",
                "p=reject; v=DMARC1",
                "xv=DMARC1; p=reject",
                "v=DMARC10; p=reject",
                "v=DMARC1,p=reject",
                "v=DMARC1\\; p=reject",
                "v=DMARC1; p=reject; pct=abc",
                "v=DMARC1; p=reject; pct=-1",
                "v=DMARC1; p=reject; fo=x",
                "v=DMARC1; p=reject; ri=abc",
                "v=DMARC1; p=reject; adkim=; sp=; rua=",
                "v=DMARC1; p=reject; rua=mailto:a@x.example; rua=mailto:b@x.example",
                "v=DMARC1; p=reject; rua=a@x.example",
                "v=DMARC1; rua=mailto:agg@%d",
                "v=DMARC1; p=bad; rua=mailto:agg@%d",
                "v=DMARC1; p=reject; foo; =x; np=none; t=y; psd=n",
                "v=DMARC1; p=re ject",
                "v=DMARC1; p=reject; sp=bad; rua=mailto:agg@%d",
                "v=DMARC1; p=reject; adkim=strict",
                "v=DMARC1; p=reject; pct=0%",
                "v=DMARC1; p=reject; rf=iodef",
                "v = DMARC1; p=reject",
                "v=DMARC1; p=reject; rua=mailto:nobody",
                "v=dmarc1; p=reject")) {
            add("record " + record, m -> m.policy(record));
        }
        add(
                "an SPF record before the DMARC record",
                m -> m.policy("v=spf1 -all").policy(REJECT));
        add("two DMARC records", m -> m.policy(REJECT).policy("v=DMARC1; p=none"));
        add("a name server that fails", m -> m.from("joe@fail.%d"));
        add("pct=0 of p=reject", m -> m.policy("v=DMARC1; p=reject; pct=0"));
        add(
                "a record behind an alias",
                m -> m.record("_dmarc.%d. 300 IN CNAME _dmarc.y%d.").txt("_dmarc.y%d", REJECT));
        add("sp at the organizational domain", m -> m.from("joe@sub.%d").policy("v=DMARC1; p=none; sp=reject"));
        add("a rua of more than 512 characters", m -> m.record(recordWithAddresses(12, "long.example")));
        add("a rua of more than 255 characters", m -> m.record(recordWithAddresses(6, "many.example")));
        add("a record of two strings", m -> m.record("_dmarc.%d. 300 IN TXT \"v=DMARC1; p=re\" \"ject\""));
    }

    /** A line of a zone file; each address has a string for itself, as no string is longer than 255 octets. */
    private static String recordWithAddresses(int count, String host) {
        StringBuilder line = new StringBuilder("_dmarc.%d. 300 IN TXT \"v=DMARC1; p=reject; rua=\"");
        for (int i = 1; i <= count; i++) {
            line.append(" \"")
                    .append(i == 1 ? "" : ",")
                    .append("mailto:")
                    .append("a".repeat(30))
                    .append(i);
            line.append('@').append(host).append('"');
        }
        return line.toString();
    }

    private void alignment() {
        String strict = "v=DMARC1; p=reject; adkim=s; aspf=s";
        add(
                "one-letter label, strict",
                m -> m.from("joe@a.%d").txt("_dmarc.a.%d", strict).dkim("pass", "%d"));
        add("one-letter label of a signer, strict", m -> m.policy(strict).dkim("pass", "b.%d"));
        add(
                "signer com",
                m -> m.from("joe@" + comDomain(m))
                        .txt("_dmarc." + comDomain(m), REJECT)
                        .dkim("pass", "com"));
        add("signer of a deeper domain, strict", m -> m.policy(strict).dkim("pass", "news.%d"));
        add("siblings", m -> m.from("joe@aa.%d").txt("_dmarc.aa.%d", REJECT).dkim("pass", "bb.%d"));
        add(
                "author in capitals",
                m -> m.from("Joe@" + m.domain().toUpperCase(Locale.ROOT))
                        .policy(REJECT)
                        .dkim("pass", "%d"));
        add(
                "sender in capitals",
                m -> m.sender("BOUNCE@" + m.domain().toUpperCase(Locale.ROOT))
                        .policy(REJECT)
                        .spf("pass", "%d"));
    }

    private static String comDomain(Mail.Draft mail) {
        return mail.domain().replace(".example", ".com");
    }

    private void requiredHeaders() {
        add("no From", m -> m.bare().field("Date", "Tue, 24 Nov 2026 07:00:00 +0000"));
        add("no Date", m -> m.bare().field("From", "joe@%d"));
        add("neither", m -> m.bare().field("Subject", "x"));
        add("two From", m -> m.field("From", "bob@other.example"));
        add("two Date", m -> m.field("Date", "Tue, 24 Nov 2026 07:00:01 +0000"));
        for (String name :
                List.of("Reply-To", "To", "Cc", "Bcc", "Message-Id", "In-Reply-To", "References", "Subject")) {
            add("two " + name, m -> m.field(name, "<a@b.example>").field(name, "<a@b.example>"));
        }
        add("an unreadable From", m -> m.from("joe"));
    }

    private void jobIds() {
        add(
                "results under ID/JOB",
                m -> m.policy(REJECT).above("Authentication-Results", "mx.test/%j; dkim=pass header.d=%d"));
        add(
                "results under \"ID/JOB\"",
                m -> m.policy(REJECT).above("Authentication-Results", "\"mx.test/%j\"; dkim=pass header.d=%d"));
        add(
                "results under ID/OTHER",
                m -> m.policy(REJECT).above("Authentication-Results", "mx.test/OTHER; dkim=pass header.d=%d"));
    }

    private void ignored() {
        add("an ignored host by its name", m -> m.client("%d.ignored.test", "192.0.2.11"));
        add("an ignored address", m -> m.client("%d.client.test", "198.51.100.7"));
        add(
                "an exception from an ignored network",
                m -> m.client("%d.client.test", "198.51.100.8").policy(REJECT));
        add(
                "a network with host bits",
                m -> m.client("%d.client.test", "203.0.113.77").policy(REJECT));
        add("localhost", m -> m.client("%d.localhost", "127.0.0.1").policy(REJECT));
        add("an IPv6 client", m -> m.client("%d.client.test", "2001:db8::1").policy(REJECT));
        add("an authenticated client", m -> m.macro("auth_authen", "joe").policy(REJECT));
        add("an empty authentication", m -> m.macro("auth_authen", "").policy(REJECT));
        add("an ignored author domain", m -> m.from("joe@Ignored.Example"));
        add(
                "below an ignored author domain",
                m -> m.from("joe@%d.ignored.example").policy(REJECT));
    }

    private void trustedIds() {
        for (String id : List.of("mx.test", "checker.test", "CHECKER.test", "other.test", "Other.Test", "evil.test")) {
            add(
                    "results of " + id,
                    m -> m.policy(REJECT).above("Authentication-Results", id + "; dkim=pass header.d=%d"));
        }
    }

    private void selfChecks() {
        add("pass", m -> m.policy(REJECT).txt("%d", SPF_HERE));
        add(
                "pass for the author's parent",
                m -> m.policy(REJECT).sender("bounce@sub.%d").txt("sub.%d", SPF_HERE));
        add("fail", m -> m.policy(REJECT).txt("%d", "v=spf1 -all"));
        add("softfail", m -> m.policy(REJECT).txt("%d", "v=spf1 ~all"));
        add("neutral", m -> m.policy(REJECT).txt("%d", "v=spf1 ?all"));
        add("permerror", m -> m.policy(REJECT).txt("%d", "v=spf1 foo:bar -all"));
        add("no record", m -> m.policy(REJECT));
        add("a name server that fails", m -> m.policy(REJECT).sender("bounce@fail.%d"));
        add(
                "HELO pass with a null sender",
                m -> m.policy(REJECT).sender("").helo("mail.%d").txt("mail.%d", SPF_HERE));
        add(
                "HELO pass with a sender without domain",
                m -> m.policy(REJECT).sender("root").helo("mail.%d").txt("mail.%d", SPF_HERE));
        add(
                "a client without address",
                m -> m.policy(REJECT).client("localhost", "").txt("%d", SPF_HERE));
        add("HELO none with a null sender", m -> m.policy(REJECT).sender(""));
        add("a pass from a field", m -> m.policy(REJECT).spf("pass", "%d").txt("%d", "v=spf1 -all"));
        add(
                "a fail from a field, a pass from the DNS",
                m -> m.policy(REJECT).spf("fail", "%d").txt("%d", SPF_HERE));
        add(
                "a Received-SPF fail, a pass from the DNS",
                m -> m.policy(REJECT)
                        .above("Received-SPF", "fail identity=mailfrom; envelope-from=\"bounce@%d\"")
                        .txt("%d", SPF_HERE));
        add(
                "a Received-SPF pass, a fail from the DNS",
                m -> m.policy(REJECT)
                        .above("Received-SPF", "pass identity=mailfrom; envelope-from=\"bounce@%d\"")
                        .txt("%d", "v=spf1 -all"));
        add(
                "an IPv6 client",
                m -> m.policy(REJECT)
                        .client("%d.client.test", "2001:db8::1")
                        .txt("%d", "v=spf1 ip6:2001:db8::/32 -all"));
        add(
                "a macro with the local part",
                m -> m.policy(REJECT)
                        .txt("%d", "v=spf1 exists:%{l}.ok.%d -all")
                        .record("bounce.ok.%d. 300 IN A 127.0.0.2"));
    }

    private void arc() {
        String seal = "i=1; a=rsa-sha256; t=1; cv=none; d=relay.test; s=sel; b=abc";
        String results = "i=1; relay.test; spf=pass smtp.mailfrom=%d; arc=none smtp.remote-ip=203.0.113.5";
        for (String policy : List.of("reject", "quarantine")) {
            add(
                    "ARC pass, listed sealer, p=" + policy,
                    m -> m.policy("v=DMARC1; p=" + policy)
                            .above("Authentication-Results", "mx.test; arc=pass arc.chain=relay.test")
                            .above("ARC-Seal", seal)
                            .above("ARC-Authentication-Results", results));
            add(
                    "ARC pass, foreign sealer, p=" + policy,
                    m -> m.policy("v=DMARC1; p=" + policy)
                            .above("Authentication-Results", "mx.test; arc=pass arc.chain=relay.test:evil.test")
                            .above("ARC-Seal", seal)
                            .above("ARC-Authentication-Results", results));
        }
        add(
                "ARC pass although DMARC passes",
                m -> m.policy(REJECT)
                        .dkim("pass", "%d")
                        .above("Authentication-Results", "mx.test; arc=pass arc.chain=relay.test")
                        .above("ARC-Seal", seal)
                        .above("ARC-Authentication-Results", results));
        add(
                "ARC fail",
                m -> m.policy(REJECT)
                        .above("Authentication-Results", "mx.test; arc=fail arc.chain=relay.test")
                        .above("ARC-Seal", seal)
                        .above("ARC-Authentication-Results", results));
        add(
                "two ARC passes, one foreign",
                m -> m.policy(REJECT)
                        .above("Authentication-Results", "mx.test; arc=pass arc.chain=relay.test")
                        .above("Authentication-Results", "mx.test; arc=pass arc.chain=evil.test"));
        add(
                "two ARC passes, both listed",
                m -> m.policy(REJECT)
                        .above("Authentication-Results", "mx.test; arc=pass arc.chain=relay.test")
                        .above("Authentication-Results", "mx.test; arc=pass arc.chain=relay.test"));
        add("an invalid ARC-Seal", m -> m.policy(REJECT).above("ARC-Seal", "nothing of %d here"));
        add("invalid ARC results", m -> m.policy(REJECT).above("ARC-Authentication-Results", "nothing of %d here"));
        add(
                "a seal with a quote",
                m -> m.policy(REJECT)
                        .above("ARC-Seal", "i=1; a=rsa-sha256; t=1; cv=none; d=re\"lay.test; s=sel; b=abc")
                        .above("ARC-Authentication-Results", results));
    }
}
