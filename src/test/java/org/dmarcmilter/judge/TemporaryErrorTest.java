package org.dmarcmilter.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.testing.MailSystem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Anybody can provoke a temporary error: a signature of junk needs only a key that cannot be fetched. So it must never be worth more
 * than a failure, and never cost an honest sender his message. Each policy, DKIM result and SPF result, whoever they are about.
 */
class TemporaryErrorTest {
    private static final List<String> AUTHORS =
            List.of("none", "quarantine", "reject", "strict", "sampled", "nodmarc", "bad", "broken");
    private static final List<String> WORDS =
            List.of("pass", "fail", "softfail", "neutral", "none", "policy", "permerror", "temperror");
    /** Of whom a result speaks: the author, a subdomain of his, a stranger. */
    private static final List<String> SIGNERS = List.of("", "mail.", "stranger-");

    private static final Set<String> WITH_POLICY = Set.of("none", "quarantine", "reject", "strict", "sampled");

    private record Found(String word, String about) {
        boolean aligned(String author) {
            return about.isEmpty() || (about.equals("mail.") && !author.equals("strict"));
        }

        String domain(String author) {
            return about + author + ".example";
        }

        /** The same, had the checker got an answer and the answer been no. */
        Found asFailure() {
            return word.equals("temperror") ? new Found("fail", about) : this;
        }
    }

    private static List<Found> findings() {
        return SIGNERS.stream()
                .flatMap(about -> WORDS.stream().map(word -> new Found(word, about)))
                .toList();
    }

    private static Judgement judge(MailSystem mail, String author, Found dkim, Found spf) {
        String sender = spf.domain(author);
        return mail.judge(
                "<u@" + sender + ">",
                "From: a@" + author + ".example & AR: mx.example.net; dkim=" + dkim.word() + " header.d="
                        + dkim.domain(author) + "; spf=" + spf.word() + " smtp.mailfrom=" + sender);
    }

    @ParameterizedTest(name = "OnTemporaryError {0}, {1}")
    @CsvSource({
        "'',       ''",
        "'',       RejectFailures yes",
        "'',       HoldQuarantinedMessages yes",
        "'',       RejectFailures yes;HoldQuarantinedMessages yes",
        "policy,   RejectFailures yes",
        "accept,   RejectFailures yes;HoldQuarantinedMessages yes",
        "tempfail, ''",
        "tempfail, RejectFailures yes;HoldQuarantinedMessages yes",
    })
    void isWorthNoMoreThanAFailureAndCostsNoMoreThanATry(String option, String handling) {
        MailSystem mail = MailSystem.with(handling + (option.isEmpty() ? "" : ";OnTemporaryError " + option));
        for (String author : AUTHORS) {
            for (Found dkim : findings()) {
                for (Found spf : findings()) {
                    check(mail, option, author, dkim, spf);
                }
            }
        }
    }

    private static void check(MailSystem mail, String option, String author, Found dkim, Found spf) {
        String why = author + " dkim=" + dkim + " spf=" + spf;
        Judgement judgement = judge(mail, author, dkim, spf);
        boolean open = WITH_POLICY.contains(author)
                && List.of(dkim, spf).stream()
                        .anyMatch(found -> found.word().equals("temperror") && found.aligned(author))
                && List.of(dkim, spf).stream().noneMatch(found -> found.word().equals("pass") && found.aligned(author));
        Status status = judgement.result().orElseThrow().status();
        assertEquals(open || author.equals("broken"), status == Status.TEMPERROR, why);
        Applied asFailure =
                judge(mail, author, dkim.asFailure(), spf.asFailure()).verdict().applied();
        Applied expected = asFailure;
        if (open) {
            expected = switch (option) {
                case "accept" -> Applied.ACCEPT;
                case "tempfail" -> Applied.TEMPFAIL;
                default -> asFailure == Applied.ACCEPT ? Applied.ACCEPT : Applied.TEMPFAIL;
            };
        }
        assertEquals(expected, judgement.verdict().applied(), why);
    }
}
