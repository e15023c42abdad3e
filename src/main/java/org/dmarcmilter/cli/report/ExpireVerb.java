package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.worker.Budget;

/** {@code expire}: what a run does once a day. */
final class ExpireVerb implements Verb {
    @Override
    public String usage() {
        return """
                usage: dmarc-milter report expire [--days N]

                Forgets what is old: counters after 14 days, reports and their outcome after ReportExpire. A run does so every day.
                  --days N          reports after N days instead
                Exit code: 0; 64 wrong usage; 69 the store cannot be used; 75 a run has it; 78 configuration.

                """;
    }

    @Override
    public List<String> valued() {
        return List.of("--days");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        Optional<Integer> days = call.words().number("--days");
        try (OpenStore open = OpenStore.patiently(call)) {
            Duration keep =
                    days.map(Duration::ofDays).orElse(open.place().settings().expire());
            call.print(Shown.number(open.run().expire(keep, Budget.unlimited())) + " rows forgotten\n");
        }
        return ExitCode.OK;
    }
}
