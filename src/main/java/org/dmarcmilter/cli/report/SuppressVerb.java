package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.store.Suppression;
import org.dmarcmilter.store.Suppression.Source;
import org.dmarcmilter.text.Printable;

/** {@code suppress}: addresses that get nothing for a time. */
final class SuppressVerb implements Verb {
    private static final int MAX_ADDRESS = 320;

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report suppress list
                       dmarc-milter report suppress add ADDRESS [--days N] [--reason TEXT]
                       dmarc-milter report suppress remove ADDRESS

                Addresses that get no reports: because their server refused one, or because you say so. ADDRESS is user@host,
                @host, or host.
                  --days N          for so long; default: for good
                  --reason TEXT     why, for whoever looks at the list
                Exit code: 0; 64 wrong usage; 66 it was not suppressed; 69 the store cannot be used; 75 a run has it;
                78 configuration.

                """;
    }

    @Override
    public List<String> valued() {
        return List.of("--days", "--reason");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        List<String> operands = call.words().operands();
        String what = operands.isEmpty() ? "" : operands.get(0);
        if (what.equals("list") ? operands.size() != 1 : operands.size() != 2) {
            throw new UsageException("write list, add ADDRESS or remove ADDRESS");
        }
        Optional<Integer> days = call.words().number("--days");
        String reason = Printable.of(call.words().value("--reason").orElse(""), 255);
        switch (what) {
            case "list" -> list(call);
            case "add" -> add(call, address(operands.get(1)), days, reason);
            case "remove" -> {
                return remove(call, address(operands.get(1)));
            }
            default -> throw new UsageException(Printable.named(what, 80) + " is not list, add or remove");
        }
        return ExitCode.OK;
    }

    private static String address(String text) throws UsageException {
        Words.domainOf(text.substring(text.lastIndexOf('@') + 1));
        if (text.length() > MAX_ADDRESS || !Printable.of(text).equals(text) || text.indexOf(' ') >= 0) {
            throw new UsageException(Printable.named(text, 80) + " is no address");
        }
        return text;
    }

    private static void list(Call call) throws ConfigException, IOException {
        try (OpenStore open = OpenStore.patiently(call)) {
            Instant now = call.clock().instant();
            Table table = new Table("address", "until", "by", "times", "reason");
            for (Suppression suppression : open.store().suppressions().list()) {
                table.row(
                        suppression.address(),
                        suppression.until().map(Shown::time).orElse("for good")
                                + (suppression.holds(now) ? "" : " (over)"),
                        suppression.source().word(),
                        String.valueOf(suppression.strikes()),
                        suppression.reason());
            }
            call.print(table.isEmpty() ? "no address is suppressed\n" : table.text());
        }
    }

    private static void add(Call call, String address, Optional<Integer> days, String reason)
            throws ConfigException, IOException {
        Instant now = call.clock().instant();
        try (OpenStore open = OpenStore.patiently(call)) {
            open.store()
                    .suppressions()
                    .put(new Suppression(
                            address,
                            Source.OPERATOR,
                            reason,
                            0,
                            now,
                            days.map(number -> now.plus(Duration.ofDays(number)))));
        }
    }

    private static int remove(Call call, String address) throws ConfigException, IOException {
        try (OpenStore open = OpenStore.patiently(call)) {
            if (!open.store().suppressions().remove(address)) {
                call.terminal().err().println("dmarc-milter report suppress: " + address + " was not suppressed");
                return ExitCode.NO_INPUT;
            }
            return ExitCode.OK;
        }
    }
}
