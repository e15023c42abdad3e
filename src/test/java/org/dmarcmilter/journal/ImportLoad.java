package org.dmarcmilter.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.PublishedPolicy.DiscoveryMethod;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
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
 * Writes the journal of a day's mail for {@code src/test/bench/reports}: 20,000 policy domains, few of which have most of it, 8 % of it
 * forged, from addresses that do not come again.
 */
final class ImportLoad {
    private static final int DOMAINS = 20_000;
    private static final int RECORDS_OF_A_SEGMENT = 50_000;

    private final Random random = new Random(20_261_128);

    private ImportLoad() {}

    /** The state directory and the number of messages. */
    public static void main(String[] arguments) throws IOException {
        ImportLoad load = new ImportLoad();
        Path state = Path.of(arguments[0]);
        int messages = Integer.parseInt(arguments[1]);
        Instant begin = Instant.now().minusSeconds(messages / RECORDS_OF_A_SEGMENT + 1L);
        for (int written = 0; written < messages; ) {
            JournalWriter.Identity identity = new JournalWriter.Identity("bench", "dmarc-milter/bench");
            try (WholeSegment segment =
                    WholeSegment.begin(state, identity, begin.plusSeconds(written / RECORDS_OF_A_SEGMENT))) {
                int end = Math.min(messages, written + RECORDS_OF_A_SEGMENT);
                for (; written < end; written++) {
                    segment.add(new JournalRecord(begin, load.message()));
                }
                segment.finish();
            }
        }
    }

    private ReportFacts message() {
        // By the rank of a domain, as Zipf has it.
        int domain = (int) Math.pow(DOMAINS, random.nextDouble());
        String name = "d" + domain + ".bench.example";
        boolean forged = random.nextInt(100) < 8;
        boolean forwarded = !forged && random.nextInt(10) == 0;
        String sender = forged ? "host" + random.nextInt(100_000) + ".forger.example" : "bounce." + name;
        long address = forged ? random.nextInt() & 0xFFFF_FFFFL : 0x0A00_0000L + domain * 8L + random.nextInt(8);
        RowFacts row = new RowFacts(
                forged ? Disposition.REJECT : Disposition.PASS,
                !forged,
                !forged && !forwarded,
                List.of(),
                name,
                sender,
                "",
                forged
                        ? List.of()
                        : List.of(
                                new DkimAuth(name, "s" + random.nextInt(2), AuthResult.PASS),
                                new DkimAuth("esp" + domain % 50 + ".example", "k1", AuthResult.PASS)),
                new SpfAuth(sender, false, forged || forwarded ? AuthResult.FAIL : AuthResult.PASS),
                forged ? Weight.REJECTED : Weight.REASON);
        return new ReportFacts(
                policy(name),
                List.of("mailto:reports@" + name),
                List.of(),
                new IpAddress(Family.IPV4, 0, address),
                row);
    }

    private static PublishedPolicy policy(String domain) {
        return new PublishedPolicy(
                DomainName.of(domain),
                Standard.RFC7489,
                DiscoveryMethod.PSL,
                Policy.REJECT,
                Policy.REJECT,
                Policy.REJECT,
                AlignmentMode.RELAXED,
                AlignmentMode.RELAXED,
                100,
                List.of("0"),
                false,
                Psd.UNKNOWN,
                86_400);
    }
}
