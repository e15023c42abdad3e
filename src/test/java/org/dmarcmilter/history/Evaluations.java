package org.dmarcmilter.history;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.history.Evaluation.Action;
import org.dmarcmilter.history.Evaluation.Arc;
import org.dmarcmilter.history.Evaluation.ArcSet;
import org.dmarcmilter.history.Evaluation.Dkim;
import org.dmarcmilter.history.Evaluation.Scope;
import org.dmarcmilter.history.Evaluation.Spf;

/** Evaluations for tests: one that is plain, and as many as wanted that are not. */
final class Evaluations {
    /** What a sender, or a server of his, might put where a word is expected. */
    private static final List<String> HOSTILE = List.of(
            "",
            "-",
            "?",
            "evil.example\naction 0\njob forged",
            "two words",
            "tab\tand\rreturn",
            "quote\"back\\slash",
            "json:[}",
            "'; DROP TABLE messages; --",
            "nul\0byte",
            "b\u00fccher.example",
            "\u2028\ud83d\ude00",
            "UPPER.Example",
            "[192.0.2.1]",
            "<script>&amp;",
            "a".repeat(300),
            "%s%n%x");

    private static final List<String> WORDS = List.of(
            "none",
            "pass",
            "fail",
            "softfail",
            "neutral",
            "temperror",
            "permerror",
            "policy",
            "PASS",
            "hardfail",
            "x y");

    private Evaluations() {}

    static DmarcRecord record(Policy p) {
        return new DmarcRecord(
                p,
                Optional.empty(),
                Optional.empty(),
                AlignmentMode.RELAXED,
                AlignmentMode.RELAXED,
                100,
                false,
                DmarcRecord.Psd.UNKNOWN,
                List.of("0"),
                86_400,
                List.of("mailto:a@example.com"),
                List.of());
    }

    static DmarcResult result(Status status, Discovery discovery, Policy policy, boolean aligned) {
        DomainName author = DomainName.of("example.com");
        Optional<DomainName> identifier = aligned ? Optional.of(author) : Optional.empty();
        return new DmarcResult(author, status, discovery, policy, policy, false, identifier, identifier, "");
    }

    static Discovery found(DmarcRecord record) {
        return new Discovery.Found(record, DomainName.of("example.com"), false, true);
    }

    /** The message of OpenDMARC's example: all passes. */
    static Evaluation plain(String jobId) {
        return new Evaluation(
                jobId,
                "mx.test.example",
                Instant.ofEpochSecond(1_795_493_204),
                "192.0.2.10",
                "example.com",
                List.of(new Dkim("example.com", "sel1", "pass")),
                Optional.of(new Spf("pass", Scope.MAIL_FROM)),
                result(Status.PASS, found(record(Policy.REJECT)), Policy.REJECT, true),
                Arc.NONE,
                Action.ACCEPT);
    }

    /** One with a hundred texts of a hundred characters in that part. */
    static Evaluation large(String part) {
        List<String> texts = Collections.nCopies(100, "x".repeat(100));
        Evaluation e = plain("Q");
        DmarcRecord r = record(Policy.NONE);
        DmarcRecord record = new DmarcRecord(
                r.p(),
                r.sp(),
                r.np(),
                r.adkim(),
                r.aspf(),
                r.pct(),
                r.testing(),
                r.psd(),
                part.equals("fo") ? texts : r.fo(),
                r.reportInterval(),
                part.equals("rua") ? texts : r.rua(),
                part.equals("ruf") ? texts : r.ruf());
        return new Evaluation(
                e.jobId(),
                e.reporter(),
                e.received(),
                e.clientAddress(),
                e.envelopeDomain(),
                part.equals("dkim")
                        ? texts.stream()
                                .map(t -> new Evaluation.Dkim(t, "", "pass"))
                                .toList()
                        : e.dkim(),
                part.equals("spf")
                        ? Optional.of(new Evaluation.Spf(
                                "fail",
                                Evaluation.Scope.MAIL_FROM,
                                texts.stream()
                                        .map(t -> new Evaluation.SpfRecord("a.example", t))
                                        .toList()))
                        : e.spf(),
                result(Status.FAIL, found(record), Policy.NONE, false),
                part.equals("arc")
                        ? new Evaluation.Arc(
                                false,
                                false,
                                texts.stream()
                                        .map(t -> new Evaluation.ArcSet(1, t, "", ""))
                                        .toList())
                        : e.arc(),
                e.action());
    }

    static Evaluation with(Evaluation e, DmarcResult result) {
        return new Evaluation(
                e.jobId(),
                e.reporter(),
                e.received(),
                e.clientAddress(),
                e.envelopeDomain(),
                e.dkim(),
                e.spf(),
                result,
                e.arc(),
                e.action());
    }

    /** Any message, every fourth text of it hostile. The job id is the given one. */
    static Evaluation any(String jobId, Random random) {
        return new Evaluation(
                jobId,
                text(random, "mx" + random.nextInt(3) + ".test.example"),
                Instant.ofEpochSecond(1_790_000_000L + random.nextInt(5_000_000)),
                text(
                        random,
                        random.nextBoolean() ? "192.0.2." + random.nextInt(256) : "2001:db8::" + random.nextInt(99)),
                text(random, name(random)),
                listOf(
                        random,
                        4,
                        i -> new Dkim(text(random, name(random)), text(random, "s" + i), pick(random, WORDS))),
                random.nextInt(4) == 0
                        ? Optional.empty()
                        : Optional.of(new Spf(pick(random, WORDS), pick(random, List.of(Scope.values())))),
                anyResult(random),
                new Arc(
                        random.nextBoolean(),
                        random.nextBoolean(),
                        listOf(
                                random,
                                3,
                                i -> new ArcSet(
                                        random.nextInt(4),
                                        text(random, name(random)),
                                        text(random, "arc"),
                                        text(random, "203.0.113." + i)))),
                pick(random, List.of(Action.values())));
    }

    private static DmarcResult anyResult(Random random) {
        DomainName author = DomainName.of(name(random));
        Status status = pick(random, List.of(Status.values()));
        Policy policy = pick(random, List.of(Policy.values()));
        Discovery discovery = switch (status) {
            case PASS, FAIL -> new Discovery.Found(anyRecord(random), author, random.nextBoolean(), true);
            case NONE -> new Discovery.NoPolicy("no record");
            case TEMPERROR ->
                random.nextBoolean()
                        ? new Discovery.Unavailable("time-out")
                        : new Discovery.Found(anyRecord(random), author, false, true);
            case PERMERROR -> new Discovery.BadRecord(author, "no p", true);
        };
        return new DmarcResult(
                author,
                status,
                discovery,
                policy,
                policy,
                random.nextBoolean(),
                random.nextBoolean() ? Optional.of(author) : Optional.empty(),
                random.nextBoolean() ? Optional.of(author) : Optional.empty(),
                "");
    }

    private static DmarcRecord anyRecord(Random random) {
        return new DmarcRecord(
                pick(random, List.of(Policy.values())),
                random.nextBoolean() ? Optional.of(pick(random, List.of(Policy.values()))) : Optional.empty(),
                Optional.empty(),
                pick(random, List.of(AlignmentMode.values())),
                pick(random, List.of(AlignmentMode.values())),
                random.nextInt(101),
                random.nextBoolean(),
                DmarcRecord.Psd.UNKNOWN,
                List.of("0", "1", "d", "s").subList(0, random.nextInt(5)),
                86_400,
                listOf(random, 4, i -> text(random, "mailto:" + i + "@" + name(random))),
                listOf(random, 2, i -> "mailto:f" + i + "@example.com"));
    }

    private static String name(Random random) {
        return pick(random, List.of("www", "mail", "x")) + random.nextInt(40) + "."
                + pick(random, List.of("example", "test"));
    }

    private static String text(Random random, String usual) {
        return random.nextInt(4) == 0 ? pick(random, HOSTILE) : usual;
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static <T> List<T> listOf(Random random, int most, java.util.function.IntFunction<T> element) {
        return IntStream.range(0, random.nextInt(most + 1)).mapToObj(element).toList();
    }
}
