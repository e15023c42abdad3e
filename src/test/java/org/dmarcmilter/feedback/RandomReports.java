package org.dmarcmilter.feedback;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.PublishedPolicy.DiscoveryMethod;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.Reason;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.domain.IpAddress.Family;

/**
 * Reports about anything. Well-behaved ones keep the rules of {@link RowFacts}; the others are made of whatever a sender, an operator or a
 * mistake may bring.
 */
final class RandomReports {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final String HOSTILE =
            "a.<>&\"'] \t\r\n\u0000\u0001\u001F\u007F\u0085\u00A0\u00E9\u2028\u202E\uD83D\uDE00\uD800\uDC00\uFEFF\uFFFE\uFFFF;,!%";

    private final Random random;
    private final boolean wellBehaved;

    RandomReports(long seed, boolean wellBehaved) {
        this.random = new Random(seed);
        this.wellBehaved = wellBehaved;
    }

    AggregateReport report(Format format) {
        Instant begin = Instant.ofEpochSecond(86_400L * random.nextInt(30_000));
        return new AggregateReport(
                new ReportIdentity(
                        wellBehaved ? letters(26) : hostile(),
                        begin,
                        begin.plusSeconds(86_399),
                        wellBehaved ? "Société " + letters(10) : hostile(),
                        wellBehaved ? "a@" + domain() : hostile(),
                        wellBehaved ? "" : hostile(),
                        domain(),
                        wellBehaved ? "dmarc-milter v1.1.0" : hostile(),
                        format),
                new PublishedPolicy(
                        DomainName.of("d" + letters(5) + ".example"),
                        any(Standard.values()),
                        any(DiscoveryMethod.values()),
                        any(Policy.values()),
                        any(Policy.values()),
                        any(Policy.values()),
                        any(AlignmentMode.values()),
                        any(AlignmentMode.values()),
                        random.nextInt(101),
                        List.of("1", "d", "s"),
                        random.nextBoolean(),
                        any(Psd.values()),
                        86_400),
                wellBehaved ? List.of() : list(3, this::hostile));
    }

    /** Rows of different addresses. */
    List<ReportRow> rows(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> new ReportRow(address(i), count(), facts()))
                .toList();
    }

    private IpAddress address(int i) {
        return random.nextBoolean()
                ? new IpAddress(Family.IPV4, 0, 0xC000_0000L + i)
                : new IpAddress(Family.IPV6, 0x2001_0db8_0000_0000L, random.nextLong() << 20 | i);
    }

    private long count() {
        return wellBehaved ? 1 + random.nextInt(1_000) : 1 + (random.nextLong() >>> 1 + random.nextInt(62));
    }

    private RowFacts facts() {
        Supplier<String> text = wellBehaved ? this::domain : this::hostile;
        return new RowFacts(
                any(Disposition.values()),
                random.nextBoolean(),
                random.nextBoolean(),
                list(wellBehaved ? 4 : 8, () -> new Reason(any(ReasonType.values()), wellBehaved ? "t=y" : hostile())),
                text.get(),
                random.nextBoolean() ? "" : text.get(),
                random.nextBoolean() ? "" : text.get(),
                list(
                        wellBehaved ? 3 : 150,
                        () -> new DkimAuth(
                                text.get(), random.nextBoolean() ? "" : text.get(), any(AuthResult.values()))),
                new SpfAuth(text.get(), random.nextBoolean(), any(AuthResult.values())),
                any(Weight.values()));
    }

    private String domain() {
        return letters(1 + random.nextInt(20)) + "." + letters(1 + random.nextInt(20)) + ".example";
    }

    private String letters(int length) {
        return drawn(LETTERS, length);
    }

    private String hostile() {
        return random.nextInt(20) == 0 ? drawn(HOSTILE, 5_000) : drawn(HOSTILE, random.nextInt(30));
    }

    private String drawn(String from, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(from.charAt(random.nextInt(from.length())));
        }
        return text.toString();
    }

    private <T> List<T> list(int most, Supplier<T> item) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            list.add(item.get());
        }
        return list;
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
