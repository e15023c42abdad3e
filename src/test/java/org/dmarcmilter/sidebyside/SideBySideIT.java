package org.dmarcmilter.sidebyside;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.dns.TestDnsServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays the same messages to Debian's {@code opendmarc} and to dmarc-milter, on the same configuration and DNS, and compares
 * what they do: reply, inserted header fields, log lines and history record, field by field. A difference must be one of
 * {@link Difference}, each of which is a row of the table for administrators.
 */
class SideBySideIT {
    private static final long SEED = 20261124;
    private static final int GENERATED_PER_SET = 10;
    private static final Pattern TXT = Pattern.compile("(\\S+)\\. 300 IN TXT \"(.*)\"");

    @TempDir
    Path directory;

    @Test
    void differsFromOpenDmarcOnlyAsTheTableSays() throws IOException {
        assumeTrue(
                OpenDmarc.canRun(directory),
                "no mount namespace for OpenDMARC: run as root, in a container privileged");
        List<Mail> played = new ArrayList<>();
        Report report = new Report();
        List<OpenDmarc> ending = new ArrayList<>();
        try (TestDnsServer dns = startDns()) {
            for (OptionSet set : OptionSet.values()) {
                List<Mail> mails = mails(set);
                Path folder = Files.createDirectory(directory.resolve(set.name()));
                writeFiles(folder, mails);
                if (set != OptionSet.TEST_DNS) {
                    mails.forEach(mail -> mail.records().forEach(dns::add));
                }
                mails.forEach(mail -> failing(dns, mail));
                OpenDmarc theirs = OpenDmarc.start(folder, dns.address().getAddress(), set.lines(folder));
                ending.add(theirs);
                try (DmarcMilter ours = DmarcMilter.start(folder, dns.address(), set.lines(folder))) {
                    compare(report, set, mails, play(theirs, mails), play(ours, mails));
                }
                played.addAll(mails);
            }
        } finally {
            ending.forEach(OpenDmarc::close);
        }
        report.write(Path.of("target", "side-by-side.txt"));
        assertTrue(played.size() >= 150, "too few messages: " + played.size());
        report.check();
    }

    private static List<Mail> mails(OptionSet set) {
        List<Mail> mails = new ArrayList<>(Chosen.of(set));
        Generator generator = new Generator(SEED + set.ordinal());
        for (int i = 0; i < GENERATED_PER_SET; i++) {
            mails.add(generator.next("S%02dG%03d".formatted(set.ordinal(), i)));
        }
        return mails;
    }

    /** At some address of this machine's own network, because programs with the system's resolver know only port 53. */
    private static TestDnsServer startDns() throws IOException {
        Random random = new Random();
        while (true) {
            InetAddress address = InetAddress.getByAddress(
                    new byte[] {127, 53, (byte) (1 + random.nextInt(250)), (byte) (1 + random.nextInt(250))});
            try {
                return TestDnsServer.start("", address, 53);
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof BindException)) {
                    throw e;
                }
                assumeTrue(
                        e.getCause().getMessage().contains("in use"),
                        "no DNS server for OpenDMARC, port 53 is for root: " + e.getMessage());
            }
        }
    }

    /** Names that begin with {@code fail} have a name server that fails. */
    private static void failing(TestDnsServer dns, Mail mail) {
        String domain = mail.job().toLowerCase(Locale.ROOT) + ".example";
        dns.behave("fail." + domain, TestDnsServer.SERVFAIL);
        dns.behave("_dmarc.fail." + domain, TestDnsServer.SERVFAIL);
    }

    private static void writeFiles(Path folder, List<Mail> mails) throws IOException {
        Files.writeString(folder.resolve("suffixes"), "com\nexample\ntest\n");
        Files.writeString(folder.resolve("ignore-hosts"), """
                .ignored.test
                198.51.100.0/24
                !198.51.100.8
                203.0.113.77/24
                """);
        StringBuilder testDns = new StringBuilder();
        for (Mail mail : mails) {
            for (String line : mail.records()) {
                Matcher txt = TXT.matcher(line);
                if (txt.matches()) {
                    testDns.append(txt.group(1))
                            .append(' ')
                            .append(txt.group(2))
                            .append('\n');
                }
            }
        }
        Files.writeString(folder.resolve("test-dns"), testDns);
    }

    private static List<Outcome> play(Program program, List<Mail> mails) throws IOException {
        List<Dialogue> dialogues = mails.stream()
                .map(mail -> Dialogue.play(program.socket(), mail))
                .toList();
        program.stop();
        List<String> log = program.log();
        Map<String, List<String>> records = Outcome.records(
                Files.exists(program.history())
                        ? Files.readAllLines(program.history(), StandardCharsets.ISO_8859_1)
                        : List.of());
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < mails.size(); i++) {
            outcomes.add(Outcome.of(mails.get(i), dialogues.get(i), log, records));
        }
        return outcomes;
    }

    private static void compare(
            Report report, OptionSet set, List<Mail> mails, List<Outcome> theirs, List<Outcome> ours) {
        for (int i = 0; i < mails.size(); i++) {
            report.add(new Comparison(set, mails.get(i), theirs.get(i), ours.get(i)));
        }
    }
}
