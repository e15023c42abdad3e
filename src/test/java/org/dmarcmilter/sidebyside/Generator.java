package org.dmarcmilter.sidebyside;

import java.util.List;
import java.util.Random;

/** Makes messages out of parts drawn by a seeded generator: policies, alignments, results, senders. */
final class Generator {
    private static final List<String> POLICIES = List.of("none", "quarantine", "reject", "reject");
    private static final List<String> MODES =
            List.of("", "", " adkim=r;", " aspf=r;", " adkim=s;", " aspf=s;", " adkim=s; aspf=s;");
    private static final List<String> SAMPLING = List.of("", "", "", "", " pct=100;", " pct=0;");
    private static final List<String> REPORTS = List.of(
            "",
            "",
            " rua=mailto:agg@receiver.test;",
            " rua=mailto:agg@%d,mailto:agg@receiver.test;",
            " ruf=mailto:fail@%d; fo=1:d:s;",
            " rua=mailto:agg@%d; ruf=mailto:fail@%d; fo=0; ri=3600; rf=afrf;");
    private static final List<String> BAD_RECORDS = List.of(
            "v=DMARC1",
            "v=DMARC1; p=rejected",
            "v=DMARC1; p=",
            "v=DMARC1 p=reject",
            "v=DMARC1; p=reject; pct=101",
            "v=DMARC1; sp=reject");
    private static final List<String> DKIM_RESULTS =
            List.of("pass", "pass", "pass", "fail", "neutral", "policy", "permerror", "none");
    private static final List<String> SPF_RESULTS =
            List.of("pass", "pass", "pass", "fail", "softfail", "neutral", "permerror", "none");
    private static final List<String> IDS =
            List.of("mx.test", "mx.test", "mx.test", "MX.Test", "checker.test", "evil.test");

    private final Random random;

    Generator(long seed) {
        random = new Random(seed);
    }

    Mail next(String job) {
        Mail.Draft mail = Mail.draft(job, "generated");
        String author = author(mail);
        mail.from(one(List.of("joe@%s", "Joe <joe@%s>", "\"Joe, the \\\"Boss\\\"\" <joe@%s>", "(c) Joe <joe@%s> (d)"))
                .replace("%s", author));
        sender(mail, author);
        policy(mail, author);
        int checks = random.nextInt(4);
        for (int i = 0; i < checks; i++) {
            if (random.nextInt(5) < 3) {
                dkim(mail, author);
            } else {
                spf(mail);
            }
        }
        return mail.build();
    }

    private String author(Mail.Draft mail) {
        return one(List.of("%d", "%d", "%d", "sub.%d", "deep.sub.%d")).replace("%d", mail.domain());
    }

    private String sender;

    private void sender(Mail.Draft mail, String author) {
        sender = one(List.of(author, author, "bounce." + author, mail.domain(), "x" + mail.domain(), ""));
        mail.sender(sender.isEmpty() ? "" : "bounce@" + sender);
    }

    private void policy(Mail.Draft mail, String author) {
        int kind = random.nextInt(12);
        if (kind == 0) {
            return;
        }
        String own = author.equals(mail.domain()) || random.nextBoolean() ? author : mail.domain();
        if (kind == 1) {
            mail.txt("_dmarc." + own, one(BAD_RECORDS));
            return;
        }
        String sp = random.nextInt(3) == 0 ? " sp=" + one(POLICIES) + ";" : "";
        mail.txt(
                "_dmarc." + own,
                ("v=DMARC1; p=" + one(POLICIES) + ";" + sp + one(MODES) + one(SAMPLING) + one(REPORTS))
                        .replace("%d", mail.domain()));
    }

    private void dkim(Mail.Draft mail, String author) {
        String signer = one(List.of(author, author, mail.domain(), "news." + mail.domain(), "x" + mail.domain()));
        String selector = random.nextInt(3) == 0 ? "" : " header.s=sel" + random.nextInt(3);
        mail.above(
                "Authentication-Results", one(IDS) + "; dkim=" + one(DKIM_RESULTS) + " header.d=" + signer + selector);
    }

    private void spf(Mail.Draft mail) {
        String checked = random.nextInt(5) == 0 ? "x" + mail.domain() : sender;
        if (sender.isEmpty()) {
            mail.above(
                    "Authentication-Results",
                    one(IDS) + "; spf=" + one(SPF_RESULTS) + " smtp.helo=mail." + mail.domain());
        } else if (random.nextInt(4) == 0) {
            mail.above(
                    "Received-SPF",
                    one(SPF_RESULTS) + " (mx.receiver.test: checked) identity=mailfrom; client-ip=192.0.2.10;"
                            + " helo=mail." + mail.domain() + "; envelope-from=\"bounce@" + checked + "\"");
        } else {
            mail.above("Authentication-Results", one(IDS) + "; spf=" + one(SPF_RESULTS) + " smtp.mailfrom=" + checked);
        }
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
