package org.dmarcmilter.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.cli.report.Progress;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.explain.RecordedExplanation;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.recorded.HistoryFiles;
import org.dmarcmilter.recorded.Listener;
import org.dmarcmilter.recorded.RecordedMessage;
import org.dmarcmilter.recorded.RecordedSearch;
import org.dmarcmilter.text.Printable;

/** {@code explain --queue-id ID} without a message: what was recorded about it. */
final class ExplainRecorded {
    private static final String WHO = "dmarc-milter explain: ";
    private static final int MAX_SHOWN = 120;

    private final Terminal terminal;
    private final Map<String, String> environment;

    ExplainRecorded(Terminal terminal, Map<String, String> environment) {
        this.terminal = terminal;
        this.environment = environment;
    }

    /**
     * Prints what is found.
     *
     * @param configFile of {@code -c}
     * @param histories of {@code --history}; none: HistoryFile and what logrotate made of it
     */
    int run(String queueId, Optional<String> configFile, List<String> histories, boolean json) {
        try {
            Settings settings = Configuration.loadQuietly(
                            configFile, terminal.in(), Overrides.of(environment, List.of()))
                    .settings();
            List<Path> files = files(histories, settings.history());
            if (files.isEmpty()) {
                terminal.err()
                        .println(WHO + "HistoryFile is not set, and the journal of aggregate reports has no queue ids:"
                                + " name a history file with --history, or set HistoryFile for the messages to come");
                return ExitCode.NO_INPUT;
            }
            List<RecordedMessage> records = search(queueId, files);
            if (records.isEmpty()) {
                terminal.err().println(WHO + notFound(queueId, files, settings.history()));
                return ExitCode.NO_INPUT;
            }
            Path journal = Path.of(settings.aggregateReports().stateDirectory());
            List<RecordedExplanation.Found> found = new ArrayList<>();
            for (RecordedMessage record : records) {
                found.add(new RecordedExplanation.Found(record, journaled(record, journal)));
            }
            RecordedExplanation explanation = new RecordedExplanation(queueId, found);
            terminal.out().print(json ? explanation.json() : explanation.text());
            return ExitCode.OK;
        } catch (ConfigException e) {
            return terminal.tell(WHO, e);
        } catch (IOException e) {
            return terminal.tell(WHO, e);
        }
    }

    private static List<Path> files(List<String> names, Settings.History history) throws IOException {
        if (names.isEmpty()) {
            return history.file().isEmpty()
                    ? List.of()
                    : HistoryFiles.withRotated(Path.of(history.file().get()));
        }
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            files.add(FileProblem.path(name));
        }
        return files;
    }

    private List<RecordedMessage> search(String queueId, List<Path> files) throws IOException {
        try (Progress progress = Progress.on(terminal.err())) {
            return RecordedSearch.byQueueId(queueId, files, new Listener() {
                private long messages;

                @Override
                public void message(RecordedMessage message) {
                    messages++;
                }

                @Override
                public void problem(String what) {
                    // Whoever looks for one message does not look after the file; stats does.
                }

                @Override
                public void progress(long done, long all) {
                    progress.at("messages", messages, Listener.expected(messages, done, all));
                }
            });
        }
    }

    private static String notFound(String queueId, List<Path> files, Settings.History history) {
        String places = files.size() == 1
                ? files.get(0).toString()
                : files.size() + " files beside " + files.get(files.size() - 1);
        return Printable.named(queueId, MAX_SHOWN) + " is not in " + places
                + ". Not recorded are messages without a policy"
                + (history.recordAll() ? "" : " (RecordAllMessages)")
                + ", with an unusable record, to IgnoreMailTo, and of the last second";
    }

    /** A journal that cannot be read takes nothing away from what the history says. */
    private static Optional<RecordedMessage> journaled(RecordedMessage record, Path journal) {
        try {
            return RecordedSearch.inJournal(record, journal);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
