package org.dmarcmilter.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.dmarc.DmarcEvaluator;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dmarc.TreeWalkDiscovery;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.judge.IgnoreList;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.MessageJudge;
import org.dmarcmilter.judge.PolicySearch;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.spf.SpfEvaluator;

/**
 * The world around the filter: a configuration as text, and the DNS.
 *
 * <p>Each domain of the fixed zone is named after what its owner asks for.
 */
public final class MailSystem {
    public static final String HOST = "host.example.net";
    public static final Instant NOW = Instant.ofEpochSecond(1_795_493_204);
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
        txt("_dmarc.testing.example", "v=DMARC1; p=reject; t=y");
        txt("_dmarc.sampledquarantine.example", "v=DMARC1; p=quarantine; pct=0");
        txt("_dmarc.parent.example", "v=DMARC1; p=none; sp=reject");
        txt("_dmarc.bad.example", "v=DMARC1; p=bogus");
        dns.broken("_dmarc.broken.example", DnsQuestion.Type.TXT);
        dns.broken("_dmarc.broken.reject.example", DnsQuestion.Type.TXT);
        dns.broken("_dmarc.broken.none.example", DnsQuestion.Type.TXT);
        dns.pending("_dmarc.silent.example");
        txt("reject.example", "v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all");
        txt("bounce.reject.example", "v=spf1 ip4:192.0.2.10 -all");
        txt("none.example", "v=spf1 ~all");
        txt("quarantine.example", "v=spf1 ?all");
        txt("strict.example", "v=spf1 ip4:192.0.2.10 ip4:192.0.2.10/99 -all");
        dns.broken("brokenspf.example", DnsQuestion.Type.TXT);
        dns.pending("silentspf.example");
    }

    /** @param config options separated by semicolons; AuthservID is mx.example.net, and LogDetails none, unless it says otherwise */
    public static MailSystem with(String config) {
        return withoutAuthservId((config.contains("AuthservID ") ? "" : "AuthservID mx.example.net;") + config);
    }

    public static MailSystem withoutAuthservId(String config) {
        String text = "LogDetails none\n" + config.replace(";", "\n");
        try {
            return new MailSystem(Settings.from(ConfigFile.parse(text)));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** These records instead of those of the fixed zone. */
    public MailSystem txt(String name, String... records) {
        return answer(DnsQuestion.txt(name), new DnsAnswer.Found(List.of(records)));
    }

    public MailSystem answer(DnsQuestion question, DnsAnswer answer) {
        dns.answer(question, answer);
        return this;
    }

    /** A question whose answer comes when the test completes it. */
    public CompletableFuture<DnsAnswer> pending(String txtName) {
        return dns.pending(txtName);
    }

    public MailSystem ignoring(String list) {
        ignoreHosts = IgnoreList.parse(list);
        return this;
    }

    /** What was asked, in order. */
    public List<String> asked() {
        return dns.asked();
    }

    public Rules rules() {
        boolean treeWalk = settings.dns().treeWalk();
        PolicyDiscovery discovery = treeWalk ? new TreeWalkDiscovery() : new SuffixListDiscovery(SUFFIXES);
        Set<String> sealers = settings.arc().trustedSealers().stream()
                .map(domain -> domain.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return new Rules(
                settings,
                HOST,
                ignoreHosts,
                sealers,
                new DmarcEvaluator(discovery, treeWalk ? Standard.RFC9989 : Standard.RFC7489),
                new SpfEvaluator(HOST, NOW::getEpochSecond),
                dns,
                Clock.fixed(NOW, ZoneOffset.UTC),
                42);
    }

    public Judgement judge(TestMessage message) {
        return judged(message).judgement();
    }

    /** As {@link #judge}, with what it was judged by. */
    public JudgedMessage judged(TestMessage message) {
        return judged(message, Optional.empty());
    }

    /** The same, where our own check of its signatures found this. */
    public JudgedMessage judged(TestMessage message, DkimVerification.Findings findings) {
        return judged(message, Optional.of(CompletableFuture.completedFuture(findings)));
    }

    private JudgedMessage judged(TestMessage message, Optional<CompletionStage<DkimVerification.Findings>> dkim) {
        Rules rules = rules();
        ManualLoop loop = new ManualLoop();
        MessageDns asking = rules.dnsForMessage(new Asker(message), loop);
        CompletableFuture<Judgement> judgement = MessageJudge.judge(
                        rules, message.facts(), asking, new PolicySearch(rules, asking), dkim)
                .toCompletableFuture();
        // Whose name servers are silent has to wait, and the test has not.
        loop.advance(settings.handling().maxEvaluationTime());
        assertTrue(judgement.isDone(), "no message takes longer than MaxEvaluationTime");
        return new JudgedMessage(rules, message.facts(), judgement.join());
    }

    /** As {@link #judge}; a table writes {@code &} for the end of a field. */
    public Judgement judge(String sender, String fields) {
        return judge(new TestMessage().sender(sender).fields(fields));
    }
}
