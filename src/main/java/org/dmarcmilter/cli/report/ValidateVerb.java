package org.dmarcmilter.cli.report;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.feedback.Finding;
import org.dmarcmilter.feedback.ReportCheck;
import org.dmarcmilter.files.FileProblem;

/** {@code validate FILE...}: any aggregate report against the schema of its kind, and what consumers are known to trip over. */
final class ValidateVerb implements Verb {
    private static final int KILO = 1_000;

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report validate [--json] FILE...

                Looks over aggregate reports (XML, gzip or zip; "-" is standard input), whoever made them: are they valid by
                the schema of their format (RFC 9990 by its namespace, else RFC 7489), and do they have what consumers trip over?
                An error is where the schema is broken; a warning is valid, and yet lost at some consumer.
                  --json            for programs, one object a line
                Exit code: 0 all valid; 64 wrong usage; 65 one is not; 66 one cannot be read.

                """;
    }

    @Override
    public List<String> flags() {
        return List.of("--json");
    }

    @Override
    public int run(Call call) throws UsageException, IOException {
        if (call.words().operands().isEmpty()) {
            throw new UsageException("FILE is missing");
        }
        int code = ExitCode.OK;
        for (String name : call.words().operands()) {
            Optional<ReportCheck> check = check(name, call);
            if (check.isEmpty()) {
                code = ExitCode.NO_INPUT;
                continue;
            }
            call.print(call.words().has("--json") ? json(name, check.get()) : text(name, check.get()));
            if (!check.get().isValid() && code == ExitCode.OK) {
                code = ExitCode.MALFORMED_INPUT;
            }
        }
        return code;
    }

    private static Optional<ReportCheck> check(String name, Call call) {
        try {
            if (name.equals("-")) {
                return Optional.of(
                        ReportCheck.check(Optional.empty(), call.terminal().in()));
            }
            Path file = FileProblem.path(name);
            try (Progress progress = Progress.on(call.terminal().err());
                    InputStream in = watched(file, progress)) {
                return Optional.of(
                        ReportCheck.check(Optional.of(file.getFileName().toString()), in));
            }
        } catch (IOException e) {
            call.terminal().err().println("dmarc-milter report validate: " + name + ": " + FileProblem.reason(e));
            return Optional.empty();
        }
    }

    /** Shows how much of the file was read. */
    private static InputStream watched(Path file, Progress progress) throws IOException {
        long all = Files.size(file);
        return new FilterInputStream(Files.newInputStream(file)) {
            private long octets;

            @Override
            public int read() throws IOException {
                int octet = super.read();
                tell(octet < 0 ? 0 : 1);
                return octet;
            }

            @Override
            public int read(byte[] piece, int offset, int length) throws IOException {
                int number = super.read(piece, offset, length);
                tell(Math.max(number, 0));
                return number;
            }

            private void tell(int more) {
                octets += more;
                progress.at("kB", octets / KILO, all / KILO);
            }
        };
    }

    private static String text(String name, ReportCheck check) {
        StringBuilder out = new StringBuilder(name)
                .append(": ")
                .append(format(check))
                .append(", ")
                .append(count(check.rows(), "row"))
                .append(", ")
                .append(count(check.messages(), "message"))
                .append(check.isValid() ? ": valid\n" : ": NOT valid\n");
        for (Finding finding : check.findings()) {
            out.append("  ")
                    .append(finding.kind().isError() ? "error" : "warning")
                    .append(finding.line() > 0 ? " in line " + finding.line() : "")
                    .append(": ")
                    .append(finding.text())
                    .append('\n');
        }
        if (check.unlisted() > 0) {
            out.append("  and ").append(check.unlisted()).append(" more\n");
        }
        return out.toString();
    }

    private static String format(ReportCheck check) {
        return check.format()
                .map(format -> format == Format.RFC7489 ? "RFC 7489" : "RFC 9990")
                .orElse("no report");
    }

    private static String count(long number, String thing) {
        return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
    }

    private static String json(String name, ReportCheck check) throws IOException {
        return JsonLines.object(json -> {
            json.writeStringField("file", name);
            json.writeStringField(
                    "format",
                    check.format()
                            .map(format -> format.name().toLowerCase(Locale.ROOT))
                            .orElse(null));
            json.writeBooleanField("valid", check.isValid());
            json.writeNumberField("rows", check.rows());
            json.writeNumberField("messages", check.messages());
            json.writeArrayFieldStart("findings");
            for (Finding finding : check.findings()) {
                json.writeStartObject();
                json.writeStringField("kind", finding.kind().name().toLowerCase(Locale.ROOT));
                json.writeBooleanField("error", finding.kind().isError());
                json.writeNumberField("line", finding.line());
                json.writeStringField("text", finding.text());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("unlisted", check.unlisted());
        });
    }
}
