package org.dmarcmilter.history;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.spf.SpfResult.Consulted;
import org.dmarcmilter.testing.TestEvaluation;

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

    /** One with a hundred texts of a hundred characters in that part. */
    static Evaluation large(String part) {
        List<String> texts = Collections.nCopies(100, "x".repeat(100));
        List<DmarcUri> uris = texts.stream()
                .map(text -> TestEvaluation.uri("mailto:" + text + "@a.example"))
                .toList();
        TestEvaluation plain = TestEvaluation.plain("Q");
        return switch (part) {
            case "dkim" ->
                plain.dkim(texts.stream()
                                .map(text -> TestEvaluation.dkim("a.example", text, "pass"))
                                .toList())
                        .evaluation();
            case "spf" ->
                plain.spf(Optional.of(TestEvaluation.spf(
                                "fail",
                                texts.stream()
                                        .map(text -> new Consulted("a.example", text))
                                        .toArray(Consulted[]::new))))
                        .evaluation();
            case "arc" ->
                plain.arc(new ArcSeen(
                                false,
                                false,
                                texts.stream()
                                        .map(text -> new ArcSet(1, text, "", ""))
                                        .toList()))
                        .evaluation();
            case "rua" -> published(TestEvaluation.record(Policy.NONE, List.of("0"), uris, List.of()));
            case "ruf" -> published(TestEvaluation.record(Policy.NONE, List.of("0"), List.of(), uris));
            default -> throw new IllegalArgumentException(part);
        };
    }

    private static Evaluation published(DmarcRecord record) {
        return TestEvaluation.plain("Q")
                .dmarc(TestEvaluation.result(Status.FAIL, TestEvaluation.found(record), Policy.NONE, false))
                .evaluation();
    }

    /** Any message, every fourth text of it hostile. The queue id is the given one. */
    static Evaluation any(String queueId, Random random) {
        return new Evaluation(
                queueId,
                text(random, "mx" + random.nextInt(3) + ".test.example"),
                Instant.ofEpochSecond(1_790_000_000L + random.nextInt(5_000_000)),
                random.nextInt(8) == 0
                        ? Optional.empty()
                        : IpAddress.parse(
                                random.nextBoolean()
                                        ? "192.0.2." + random.nextInt(256)
                                        : "2001:db8::" + random.nextInt(99)),
                text(random, name(random)),
                ReversePath.parse(text(random, "user@" + name(random))),
                random.nextBoolean() ? Optional.empty() : DomainName.parse(name(random)),
                pick(random, List.of(Standard.values())),
                anyResult(random),
                listOf(random, 4, i -> TestEvaluation.dkim(name(random), text(random, "s" + i), pick(random, WORDS))),
                random.nextInt(4) == 0
                        ? Optional.empty()
                        : Optional.of(new SpfSeen(
                                DomainName.parse(name(random)),
                                pick(random, List.of(SpfIdentity.Scope.values())),
                                ResultWord.of(pick(random, WORDS)),
                                pick(random, List.of(Source.values())),
                                List.of())),
                new ArcSeen(
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
                pick(random, List.of(Applied.values())),
                List.of());
    }

    private static DmarcResult anyResult(Random random) {
        DomainName author = DomainName.of(name(random));
        Status status = pick(random, List.of(Status.values()));
        Policy policy = pick(random, List.of(Policy.values()));
        Discovery discovery = switch (status) {
            case PASS, FAIL -> new Discovery.Found(anyRecord(random), author, random.nextBoolean(), true, List.of());
            case NONE -> new Discovery.NoPolicy("no record");
            case TEMPERROR ->
                random.nextBoolean()
                        ? new Discovery.Unavailable("time-out", Optional.empty())
                        : new Discovery.Found(anyRecord(random), author, false, true, List.of());
            case PERMERROR -> new Discovery.BadRecord(author, "no p", true);
        };
        return new DmarcResult(
                author,
                status,
                discovery,
                policy,
                policy,
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
                listOf(random, 4, i -> TestEvaluation.uri("mailto:" + i + "@" + name(random))),
                listOf(random, 2, i -> TestEvaluation.uri("mailto:f" + i + "@example.com")));
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
