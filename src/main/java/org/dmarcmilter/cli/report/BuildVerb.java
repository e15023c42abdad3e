package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.worker.BuiltReport;

/** {@code build}: the files of a domain's reports, without sending or recording anything. */
final class BuildVerb implements Verb {
    @Override
    public String usage() {
        return """
                usage: dmarc-milter report build --domain DOMAIN [--day DAY] [-o DIR]

                Writes the reports about a policy domain and a day as they are now. Nothing is sent, and nothing is recorded.
                  --domain DOMAIN   the policy domain
                  --day DAY         as 2026-11-27; default: yesterday
                  -o DIR            where to; default: the current directory
                Exit code: 0; 64 wrong usage; 66 nothing was counted; 69 store or directory cannot be used; 70 a file is not valid;
                75 a run has the store; 78 configuration.

                """;
    }

    @Override
    public List<String> valued() {
        return List.of("--domain", "--day", "-o");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        Optional<DomainName> domain = call.words().domain("--domain");
        if (domain.isEmpty()) {
            throw new UsageException("--domain is missing");
        }
        Instant now = call.clock().instant();
        Instant day = call.words()
                .day("--day")
                .orElse(now.truncatedTo(ChronoUnit.DAYS).minus(1, ChronoUnit.DAYS));
        Path directory = FileProblem.path(call.words().value("-o").orElse("."));
        try (OpenStore open = OpenStore.patiently(call)) {
            open.importJournal(call);
            List<StoredReport> reports = open.store()
                    .preparation()
                    .preview(
                            domain.get(),
                            new Period(day, Period.DAY),
                            open.place().rules(),
                            now);
            if (reports.isEmpty()) {
                call.terminal()
                        .err()
                        .println("dmarc-milter report build: nothing was counted for " + domain.get() + " on "
                                + day.toString().substring(0, 10));
                return ExitCode.NO_INPUT;
            }
            boolean valid = true;
            for (StoredReport report : reports) {
                Optional<BuiltReport> built = open.build(report, call);
                if (built.isPresent()) {
                    Path file = directory.resolve(open.run().fileName(built.get()));
                    Files.copy(built.get().file(), file, StandardCopyOption.REPLACE_EXISTING);
                    call.print(file + ": " + Shown.number(built.get().written().messages()) + " messages, "
                            + Shown.number(built.get().written().rows()) + " rows\n");
                }
                valid &= built.isPresent();
            }
            return valid ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }
}
