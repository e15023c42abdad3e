package org.dmarcmilter.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;

/** Facts of a report of which every text is made from random characters, as a sender might choose them. */
public final class AnyReportFacts {
    private static final int[] HOURS = {1, 2, 3, 4, 6, 8, 12, 24};

    private final Random random;

    private AnyReportFacts(Random random) {
        this.random = random;
    }

    /** Others for each seed. */
    public static ReportFacts of(Random random) {
        AnyReportFacts any = new AnyReportFacts(random);
        List<String> rua = new ArrayList<>(any.list(3, any::text));
        rua.add("mailto:a" + random.nextInt(9) + "@example.com" + (random.nextBoolean() ? "" : "!10m"));
        return new ReportFacts(any.policy(), rua, any.list(5, any::text), any.address(), any.row());
    }

    private PublishedPolicy policy() {
        List<String> fo = List.of(List.of("0"), List.of("1", "d"), List.of("s", "d", "1", "0"))
                .get(random.nextInt(3));
        return new PublishedPolicy(
                DomainName.of("d" + random.nextInt(1_000) + ".example"),
                one(Standard.values()),
                one(PublishedPolicy.DiscoveryMethod.values()),
                one(Policy.values()),
                one(Policy.values()),
                one(Policy.values()),
                one(AlignmentMode.values()),
                one(AlignmentMode.values()),
                random.nextInt(101),
                fo,
                random.nextBoolean(),
                one(Psd.values()),
                HOURS[random.nextInt(HOURS.length)] * 3_600);
    }

    private RowFacts row() {
        return new RowFacts(
                one(RowFacts.Disposition.values()),
                random.nextBoolean(),
                random.nextBoolean(),
                list(6, () -> new RowFacts.Reason(one(RowFacts.ReasonType.values()), text())),
                text(),
                text(),
                text(),
                list(8, () -> new RowFacts.DkimAuth(text(), text(), one(RowFacts.AuthResult.values()))),
                new RowFacts.SpfAuth(text(), random.nextBoolean(), one(RowFacts.AuthResult.values())),
                one(RowFacts.Weight.values()));
    }

    private IpAddress address() {
        return switch (random.nextInt(3)) {
            case 0 -> new IpAddress(IpAddress.Family.IPV4, 0, random.nextInt() & 0xFFFF_FFFFL);
            case 1 -> new IpAddress(IpAddress.Family.IPV6, 0, 0xFFFFL << 32 | random.nextInt() & 0xFFFF_FFFFL);
            default -> new IpAddress(IpAddress.Family.IPV6, random.nextLong(), random.nextLong());
        };
    }

    private String text() {
        int length = random.nextInt(16) == 0 ? random.nextInt(700) : random.nextInt(20);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char)
                    switch (random.nextInt(4)) {
                        case 0 -> "\t\n\r ;|,=<>&\"'\0\u007f".charAt(random.nextInt(15));
                        case 1 -> random.nextInt(0x1_0000);
                        default -> ' ' + random.nextInt(0x5F);
                    });
        }
        return text.toString();
    }

    private <T> List<T> list(int most, Supplier<T> item) {
        return IntStream.range(0, random.nextInt(most + 1))
                .mapToObj(i -> item.get())
                .toList();
    }

    private <T> T one(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
