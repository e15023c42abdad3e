package org.dmarcmilter.cli.stats;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.cli.Terminal;
import org.dmarcmilter.cli.report.Progress;
import org.dmarcmilter.cli.report.UsageException;
import org.dmarcmilter.cli.report.Words;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigLexer;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.recorded.HistoryFiles;
import org.dmarcmilter.recorded.JournalSegments;
import org.dmarcmilter.recorded.Listener;
import org.dmarcmilter.recorded.RecordedMessage;
import org.dmarcmilter.statistics.Changes;
import org.dmarcmilter.statistics.Statistics;
import org.dmarcmilter.statistics.Statistics.Bounds;
import org.dmarcmilter.statistics.Statistics.By;
import org.dmarcmilter.statistics.WhatIf;
import org.dmarcmilter.text.Printable;

/** {@code stats}: counts what was recorded, and says what other options would have changed. */
public final class StatsCommand {
    /** For {@code --help}. */
    public static final String USAGE = """
            usage: dmarc-milter stats [options]

            Counts recorded messages: who fails, how often, from where, aligned by what, under which policy.
              --since TIME          only those of this day (2026-11-27) or later, or of the last 24h, 7d ...
              --by author|source|policy  a row for each; default: author
              --limit N             so many rows; default: 20
              --history FILE        read this history file of OpenDMARC, Exim or HistoryFile, also if packed by gzip ("-" is
                                    standard input); may be repeated. Default: HistoryFile and what logrotate
                                    made of it, or else the journal
              --journal             read the journal of aggregate reports
              --what-if OPTION=VALUE  say what this would have changed; may be repeated, all together count:
                                    RejectFailures, HoldQuarantinedMessages, OnTemporaryError, OnMissingResults,
                                    TrustedAuthservIDs, DMARCStandard
              --json                for programs
              -c FILE               the configuration; default: the daemon's
            Exit code: 0; 64 wrong usage; 66 nothing is recorded, or it cannot be read; 78 configuration.
            """;

    /** Options without a value. */
    public static final List<String> FLAGS = List.of("--json", "--journal");

    /** Options with a value. */
    public static final List<String> VALUED = List.of("--since", "--by", "--limit", "--history", "--what-if", "-c");

    private static final String WHO = "dmarc-milter stats: ";
    private static final int MAX_SHOWN = 80;
    private static final int ROWS = 20;

    /** So many complaints are shown; of more their number. */
    private static final int MAX_PROBLEMS = 5;

    private final Terminal terminal;
    private final Map<String, String> environment;
    private final Clock clock;
    private final Bounds bounds;

    public StatsCommand(Terminal terminal, Map<String, String> environment) {
        this(terminal, environment, Clock.systemUTC(), Bounds.DEFAULT);
    }

    StatsCommand(Terminal terminal, Map<String, String> environment, Clock clock, Bounds bounds) {
        this.terminal = terminal;
        this.environment = environment;
        this.clock = clock;
        this.bounds = bounds;
    }

    /** Runs it; the words are those behind {@code stats}. */
    public int run(List<String> words) {
        if (words.contains("--help") || words.contains("-h")) {
            terminal.out().print(USAGE);
            return ExitCode.OK;
        }
        if (words.contains("--version")) {
            return terminal.version();
        }
        try {
            return count(Words.parse(words, FLAGS, VALUED));
        } catch (UsageException e) {
            terminal.err().println(WHO + e.getMessage());
            terminal.err().print(USAGE);
            return ExitCode.USAGE;
        } catch (ConfigException e) {
            return terminal.tell(WHO, e);
        } catch (IOException e) {
            return terminal.tell(WHO, e);
        }
    }

    private int count(Words words) throws UsageException, ConfigException, IOException {
        words.noOperands();
        By by = by(words);
        int rows = words.number("--limit").orElse(ROWS);
        Instant since = since(words);
        List<ConfigLexer.Line> other = WhatIfOptions.lines(words.values("--what-if"));
        if (!other.isEmpty() && words.value("-c").equals(Optional.of("-"))) {
            throw new UsageException("--what-if reads the configuration twice: write it to a file");
        }
        Configuration configuration = configuration(words, List.of());
        Optional<Changes> changes = other.isEmpty()
                ? Optional.empty()
                : Optional.of(new Changes(
                        new WhatIf(
                                configuration.settings(),
                                configuration(words, other).settings()),
                        bounds.names()));
        Statistics statistics = new Statistics(by, bounds);
        List<String> places;
        long problems;
        try (Counting counting = new Counting(statistics, changes, since)) {
            places = read(words, configuration.settings(), since, counting);
            problems = counting.problems;
        }
        if (problems > MAX_PROBLEMS) {
            terminal.err().println(WHO + "and " + (problems - MAX_PROBLEMS) + " more");
        }
        Counted counted = new Counted(
                places, problems, configuration.name(), words.values("--what-if"), statistics, changes, rows);
        terminal.out().print(words.has("--json") ? StatsJson.of(counted) : StatsText.of(counted));
        return ExitCode.OK;
    }

    private Configuration configuration(Words words, List<ConfigLexer.Line> flags) throws ConfigException {
        return Configuration.loadQuietly(words.value("-c"), terminal.in(), Overrides.of(environment, flags));
    }

    private static By by(Words words) throws UsageException {
        String word = words.value("--by").orElse(By.AUTHOR.word());
        for (By by : By.values()) {
            if (by.word().equals(word)) {
                return by;
            }
        }
        throw new UsageException("--by takes author, source or policy");
    }

    private Instant since(Words words) throws UsageException {
        Optional<String> text = words.value("--since");
        if (text.isEmpty()) {
            return Instant.MIN;
        }
        try {
            return LocalDate.parse(text.get()).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            try {
                return clock.instant().minus(words.duration("--since").orElse(Duration.ZERO));
            } catch (UsageException no) {
                throw new UsageException("--since takes a day such as 2026-11-27 or a time such as 24h or 7d");
            }
        }
    }

    /** Reads what the words or the configuration name; the names of what was read. */
    private List<String> read(Words words, Settings settings, Instant since, Listener listener)
            throws UsageException, IOException {
        List<String> files = words.values("--history");
        boolean journal = words.has("--journal");
        if (journal && !files.isEmpty()) {
            throw new UsageException("--history or --journal, not both");
        }
        if (files.isEmpty() && !journal && settings.history().file().isPresent()) {
            files = HistoryFiles.withRotated(Path.of(settings.history().file().get())).stream()
                    .map(Path::toString)
                    .toList();
        }
        if (files.equals(List.of("-"))) {
            HistoryFiles.read("standard input", terminal.in(), listener);
            return List.of("standard input");
        }
        if (!files.isEmpty()) {
            List<Path> paths = new ArrayList<>();
            for (String file : files) {
                paths.add(FileProblem.path(file));
            }
            HistoryFiles.read(paths, listener);
            return List.copyOf(files);
        }
        String directory = settings.aggregateReports().stateDirectory();
        if (!JournalSegments.read(Path.of(directory), since, Instant.MAX, listener)) {
            throw new IOException("nothing is recorded: HistoryFile is not set, and there is no journal in " + directory
                    + ". Name a history file with --history, or set HistoryFile or AggregateReports");
        }
        return List.of("the journal in " + directory);
    }

    /** Takes what is read. */
    private final class Counting implements Listener, AutoCloseable {
        private final Statistics statistics;
        private final Optional<Changes> changes;
        private final Instant since;
        private final Progress progress = Progress.on(terminal.err());
        private long messages;
        private long problems;

        Counting(Statistics statistics, Optional<Changes> changes, Instant since) {
            this.statistics = statistics;
            this.changes = changes;
            this.since = since;
        }

        @Override
        public void message(RecordedMessage message) {
            messages++;
            if (!message.evaluation().at().isBefore(since)) {
                statistics.add(message.evaluation());
                changes.ifPresent(compared -> compared.add(message));
            }
        }

        @Override
        public void problem(String what) {
            problems++;
            if (problems <= MAX_PROBLEMS) {
                terminal.err().println(WHO + Printable.named(what, MAX_SHOWN + MAX_SHOWN));
            }
        }

        @Override
        public void progress(long done, long all) {
            progress.at("messages", messages, Listener.expected(messages, done, all));
        }

        @Override
        public void close() {
            progress.close();
        }
    }

    /**
     * What was counted, for whoever prints it.
     *
     * @param places what was read
     * @param problems lines and records that could not be used
     * @param configuration the name of the configuration
     * @param whatIf the other options, as they were given
     * @param rows so many at most
     */
    record Counted(
            List<String> places,
            long problems,
            String configuration,
            List<String> whatIf,
            Statistics statistics,
            Optional<Changes> changes,
            int rows) {}
}
