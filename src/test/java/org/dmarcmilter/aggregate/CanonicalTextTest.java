package org.dmarcmilter.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.Reason;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.testing.AnyReportFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalTextTest {
    private static final DomainName DOMAIN = DomainName.of("example.com");
    private static final String POLICY =
            "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1:d;t=y;psd=n;every=3600";
    private static final String ROW =
            "disposition=none;dkim=p;spf=f;reasons=local_policy reject not enforced|other t=y;"
                    + "from=example.com;mail_from=;rcpt_to=b.example;auth_dkim=a.example s1 pass,b.example  fail;"
                    + "auth_spf=[192.0.2.1] helo neutral;weight=own_reports";

    @Test
    void readsWhatItWrites() {
        assertEquals(POLICY, PublishedPolicy.parse(DOMAIN, POLICY).orElseThrow().text());
        RowFacts row = RowFacts.parse(ROW).orElseThrow();
        assertEquals(ROW, row.text());
        assertEquals(
                new Reason(ReasonType.LOCAL_POLICY, "reject not enforced"),
                row.reasons().get(0));
        assertEquals(new DkimAuth("b.example", "", AuthResult.FAIL), row.dkim().get(1));
        assertEquals(new SpfAuth("[192.0.2.1]", true, AuthResult.NEUTRAL), row.spf());
        assertEquals(Weight.OWN_REPORTS, row.weight());
    }

    @Test
    void readsAnyFactsThatItWrites() {
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            ReportFacts facts = AnyReportFacts.of(random);
            assertEquals(
                    Optional.of(facts.policy()),
                    PublishedPolicy.parse(
                            facts.policy().domain(), facts.policy().text()));
            assertEquals(Optional.of(facts.row()), RowFacts.parse(facts.row().text()));
            assertEquals(facts.rua(), ReportFacts.rua(facts.ruaText()));
            assertEquals(facts.mistakes(), ReportFacts.mistakes(facts.mistakesText()));
            String all = facts.policy().text() + facts.row().text() + facts.ruaText() + facts.mistakesText();
            assertTrue(all.chars().allMatch(c -> c >= ' ' && c < 0x7F), all);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=1",
                "v=2;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1:d;t=y;psd=n;every=3600",
                "v=1;std=7490;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1:d;t=y;psd=n;every=3600",
                "v=1;std=7489;disc=psl;p=NONE;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1:d;t=y;psd=n;every=3600",
                "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=07;fo=1:d;t=y;psd=n;every=3600",
                "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=101;fo=1:d;t=y;psd=n;every=3600",
                "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1:1;t=y;psd=n;every=3600",
                "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=;t=y;psd=n;every=3600",
                "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1;t=y;psd=n;every=0",
                "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1;t=y;psd=n;every=3600;x=1",
                "v=1;v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1;t=y;psd=n;every=3600",
            })
    void readsNoOtherPolicy(String text) {
        assertEquals(Optional.empty(), PublishedPolicy.parse(DOMAIN, text));
    }

    @Test
    void readsNoDamagedRow() {
        for (int i = 0; i < ROW.length(); i++) {
            String cut = ROW.substring(0, i);
            assertEquals(Optional.empty(), RowFacts.parse(cut), cut);
        }
        for (String other :
                List.of(ROW + ";", ROW + ";x=y", ROW.replace("dkim=p", "dkim=P"), ROW.replace("s1", "s<"))) {
            assertEquals(Optional.empty(), RowFacts.parse(other), other);
        }
    }

    @Test
    void theLargestRowHasItsBound() {
        String name = "n".repeat(300);
        RowFacts row = new RowFacts(
                Disposition.QUARANTINE,
                true,
                true,
                IntStream.range(0, 9)
                        .mapToObj(i -> new Reason(ReasonType.TRUSTED_FORWARDER, "c".repeat(300)))
                        .toList(),
                name,
                name,
                name,
                IntStream.range(0, 200)
                        .mapToObj(i -> new DkimAuth(name, name, AuthResult.TEMPERROR))
                        .toList(),
                new SpfAuth(name, false, AuthResult.PERMERROR),
                Weight.OWN_REPORTS);
        assertTrue(
                row.text().length() <= 60_000, () -> String.valueOf(row.text().length()));
        assertEquals(Optional.of(row), RowFacts.parse(row.text()));
    }

    @Test
    void somebodyIsReportedTo() {
        ReportFacts facts = AnyReportFacts.of(new Random(1));
        for (List<String> rua : List.of(List.<String>of(), List.of("mailto:a@b c"), List.of("mailto:a,b"))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new ReportFacts(facts.policy(), rua, List.of(), facts.client(), facts.row()));
        }
    }
}
