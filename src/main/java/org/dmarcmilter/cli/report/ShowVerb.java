package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.store.Delivery;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.text.Printable;
import org.dmarcmilter.worker.BuiltReport;

/** {@code show REPORTID}: one report, or its XML or mail as it goes out. */
final class ShowVerb implements Verb {
    @Override
    public String usage() {
        return """
                usage: dmarc-milter report show REPORTID [--xml | --mail]

                Prints what is known about a report and each of its addresses.
                  --xml             its XML instead
                  --mail            its mail to the first address instead
                Exit code: 0; 64 wrong usage; 66 there is no such report; 69 the store cannot be used; 70 the XML is not valid;
                75 a run has the store; 78 configuration.

                """;
    }

    @Override
    public List<String> flags() {
        return List.of("--xml", "--mail");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        String id = call.words().operand("REPORTID");
        try (OpenStore open = OpenStore.patiently(call)) {
            Optional<StoredReport> report = open.report(id, call);
            if (report.isEmpty()) {
                return ExitCode.NO_INPUT;
            }
            List<Delivery> deliveries = open.store().deliveries().of(report.get());
            if (!call.words().has("--xml") && !call.words().has("--mail")) {
                call.print(text(report.get(), deliveries));
                return ExitCode.OK;
            }
            Optional<BuiltReport> built = open.build(report.get(), call);
            if (built.isEmpty()) {
                return ExitCode.SOFTWARE;
            }
            String to = deliveries.isEmpty()
                    ? open.place().settings().sender().email()
                    : deliveries.get(0).address();
            try (InputStream in = call.words().has("--mail")
                    ? Files.newInputStream(open.run().mail(built.get(), to, 1))
                    : new GZIPInputStream(Files.newInputStream(built.get().file()))) {
                in.transferTo(call.terminal().out());
            }
            return ExitCode.OK;
        }
    }

    private static String text(StoredReport report, List<Delivery> deliveries) {
        StringBuilder out = new StringBuilder();
        line(out, "report", report.identity().reportId());
        line(out, "domain", report.policy().domain().ascii());
        line(
                out,
                "period",
                Shown.time(report.identity().begin()) + " to "
                        + Shown.time(report.identity().end()) + " UTC");
        line(out, "part", (report.part() + 1) + " of " + report.parts());
        line(out, "messages", Shown.number(report.messages()));
        line(out, "rows", Shown.number(report.rows()));
        line(out, "policy", report.policy().text());
        line(out, "state", report.state().word() + (report.cause().isEmpty() ? "" : " (" + report.cause() + ")"));
        line(out, "due", Shown.time(report.due()) + " UTC, given up at " + Shown.time(report.expires()));
        report.errors().forEach(error -> line(out, "error", error));
        Table table = new Table("to", "outcome", "tries", "size", "next or sent", "reply");
        for (Delivery delivery : deliveries) {
            table.row(
                    delivery.address(),
                    ListVerb.outcome(delivery),
                    String.valueOf(delivery.attempt()),
                    delivery.size() == 0 ? "-" : Shown.size(delivery.size()),
                    Shown.time(delivery.sentAt().orElse(delivery.next())),
                    delivery.reply());
        }
        return table.isEmpty() ? out.toString() : out + "\n" + table.text();
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(String.format(Locale.ROOT, "%-9s ", name))
                .append(Printable.of(value))
                .append('\n');
    }
}
