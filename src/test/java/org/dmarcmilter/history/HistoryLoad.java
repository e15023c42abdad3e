package org.dmarcmilter.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Writes a history file as OpenDMARC 1.4.2 does, for {@code src/test/bench/stats}: 20,000 author domains, few of which have most of the
 * mail, 8 % of it forged, from addresses that do not come again.
 */
final class HistoryLoad {
    private static final int DOMAINS = 20_000;
    private static final long BEGIN = 1_795_737_600L;

    private final Random random = new Random(20_261_128);

    private HistoryLoad() {}

    /** The file and the number of messages. */
    public static void main(String[] arguments) throws IOException {
        HistoryLoad load = new HistoryLoad();
        int messages = Integer.parseInt(arguments[1]);
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(arguments[0]), StandardCharsets.US_ASCII)) {
            for (int i = 0; i < messages; i++) {
                load.message(i, messages, out);
            }
        }
    }

    private void message(int number, int messages, Writer out) throws IOException {
        // By the rank of a domain, as Zipf has it.
        int domain = (int) Math.pow(DOMAINS, random.nextDouble());
        String name = "d" + domain + ".bench.example";
        boolean forged = random.nextInt(100) < 8;
        boolean forwarded = !forged && random.nextInt(10) == 0;
        String sender = forged ? "host" + random.nextInt(100_000) + ".forger.example" : "bounce." + name;
        String address = forged
                ? random.nextInt(1, 224) + "." + random.nextInt(256) + "." + random.nextInt(256) + "."
                        + random.nextInt(256)
                : "10." + (domain >> 8) + "." + (domain & 255) + "." + random.nextInt(8);
        String dkim = forged
                ? ""
                : "dkim " + name + " s" + random.nextInt(2) + " 0\ndkim esp" + domain % 50 + ".example k1 0\n";
        out.write("job " + Long.toHexString(0x4F0C_1000_0000L + number).toUpperCase(java.util.Locale.ROOT)
                + "\nreporter mx.bench.test\nreceived " + (BEGIN + number * 86_400L / messages)
                + "\nipaddr " + address + "\nfrom " + name + "\nmfrom " + sender + "\n" + dkim
                + "spf " + (forged || forwarded ? 7 : 0) + "\npdomain " + name + "\npolicy " + (forged ? 16 : 15)
                + "\nrua mailto:reports@" + name + "\npct 100\nadkim 114\naspf 114\np 114\nsp 0\nalign_dkim "
                + (forged ? 5 : 4) + "\nalign_spf " + (forged || forwarded ? 5 : 4)
                + "\narc 7\narc_policy 2 json:[]\naction " + (forged ? 0 : 2) + "\n");
    }
}
