package org.dmarcmilter.filter;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.DmarcEvaluator;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dmarc.TreeWalkDiscovery;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.spf.SpfEvaluator;
import org.dmarcmilter.testing.Zone;

/**
 * The world around the filter: a configuration as text, and the DNS.
 *
 * <p>Each domain of the fixed zone is named after what its owner asks for.
 */
final class MailSystem {
    static final String HOST = "host.example.net";
    static final Instant NOW = Instant.ofEpochSecond(1_795_493_204);
    private static final PublicSuffixList SUFFIXES = PublicSuffixList.bundled();

    private final Zone dns = new Zone();
    private final Settings settings;
    private IgnoreList ignoreHosts = IgnoreList.parse("");

    private MailSystem(Settings settings) {
        this.settings = settings;
        txt("_dmarc.none.example", "v=DMARC1; p=none");
        txt("_dmarc.quarantine.example", "v=DMARC1; p=quarantine");
        txt("_dmarc.reject.example", "v=DMARC1; p=reject; rua=mailto:a@reject.example");
        txt("_dmarc.strict.example", "v=DMARC1; p=reject; adkim=s; aspf=s");
        txt("_dmarc.sampled.example", "v=DMARC1; p=reject; pct=0");
        txt("_dmarc.sampledquarantine.example", "v=DMARC1; p=quarantine; pct=0");
        txt("_dmarc.parent.example", "v=DMARC1; p=none; sp=reject");
        txt("_dmarc.bad.example", "v=DMARC1; p=bogus");
        dns.broken("_dmarc.broken.example", DnsQuestion.Type.TXT);
        dns.pending("_dmarc.silent.example");
        txt("reject.example", "v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all");
        txt("bounce.reject.example", "v=spf1 ip4:192.0.2.10 -all");
        txt("none.example", "v=spf1 ~all");
        txt("quarantine.example", "v=spf1 ?all");
        txt("strict.example", "v=spf1 ip4:192.0.2.10 ip4:192.0.2.10/99 -all");
        dns.broken("brokenspf.example", DnsQuestion.Type.TXT);
        dns.pending("silentspf.example");
    }

    /** @param config options separated by semicolons; AuthservID is mx.example.net unless it says otherwise */
    static MailSystem with(String config) {
        return withoutAuthservId((config.contains("AuthservID ") ? "" : "AuthservID mx.example.net;") + config);
    }

    static MailSystem withoutAuthservId(String config) {
        String text = config.replace(";", "\n");
        try {
            return new MailSystem(Settings.from(ConfigFile.parse(text)));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** These records instead of those of the fixed zone. */
    MailSystem txt(String name, String... records) {
        return answer(DnsQuestion.txt(name), new DnsAnswer.Found(List.of(records)));
    }

    MailSystem answer(DnsQuestion question, DnsAnswer answer) {
        dns.answer(question, answer);
        return this;
    }

    /** A question whose answer comes when the test completes it. */
    CompletableFuture<DnsAnswer> pending(String txtName) {
        return dns.pending(txtName);
    }

    MailSystem ignoring(String list) {
        ignoreHosts = IgnoreList.parse(list);
        return this;
    }

    /** What was asked, in order. */
    List<String> asked() {
        return dns.asked();
    }

    LocalPolicy policy() {
        boolean treeWalk = settings.dns().treeWalk();
        PolicyDiscovery discovery = treeWalk ? new TreeWalkDiscovery(dns) : new SuffixListDiscovery(SUFFIXES, dns);
        Set<String> sealers = settings.arc().trustedSealers().stream()
                .map(domain -> domain.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return new LocalPolicy(
                settings,
                HOST,
                ignoreHosts,
                sealers,
                new DmarcEvaluator(discovery, treeWalk ? Standard.RFC9989 : Standard.RFC7489),
                new SpfEvaluator(dns, HOST, NOW::getEpochSecond),
                Clock.fixed(NOW, ZoneOffset.UTC),
                42);
    }

    Judgement judge(TestMessage message) {
        return MessageJudge.judge(policy(), message.facts(), java.util.Optional.empty())
                .toCompletableFuture()
                .join();
    }

    /** As {@link #judge}; a table writes {@code &} for the end of a field. */
    Judgement judge(String sender, String fields) {
        return judge(new TestMessage().sender(sender).fields(fields));
    }
}
