package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.store.JournalImport;
import org.dmarcmilter.store.StoreStatus;
import org.dmarcmilter.worker.HistoryImport;

/** {@code import}: the first step of a run by itself, also for what OpenDMARC has written down. */
final class ImportVerb implements Verb {
    private static final String HISTORY = "--history";
    private static final String SEND = "--send";

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report import [--history FILE [--send]]

                Reads what stands in the daemon's journal and counts it, as a run does.
                  --history FILE    first read a history file of OpenDMARC, Exim or HistoryFile ("-" is standard input) into the
                                    journal. A file that was read before changes nothing. Of days that are over it can be seen with
                                    report build, and nothing is sent: OpenDMARC has reported them. What is of today goes into
                                    the report of today
                  --send            OpenDMARC has not: send reports of days that are over, up to ReportGiveUp after their end
                Exit code: 0; 64 wrong usage; 65 FILE holds no history; 66 it cannot be read; 69 store or journal cannot be used;
                75 a run has the store; 78 configuration.

                """;
    }

    @Override
    public List<String> flags() {
        return List.of(SEND);
    }

    @Override
    public List<String> valued() {
        return List.of(HISTORY);
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        Optional<String> history = call.words().value(HISTORY);
        if (history.isEmpty() && call.words().has(SEND)) {
            throw new UsageException("--send is about --history FILE");
        }
        if (history.isPresent() && isWritten(history.get(), call)) {
            throw new UsageException("the daemon goes on writing to " + history.get()
                    + ", which is HistoryFile: give the file another name, and read that");
        }
        int code = ExitCode.OK;
        try (OpenStore open = OpenStore.patiently(call)) {
            if (history.isPresent()) {
                code = history.get().equals("-")
                        ? readStandardInput(open, call)
                        : read(FileProblem.path(history.get()), history.get(), open, call);
            }
            JournalImport.Summary summary = open.importJournal(call);
            call.print(Shown.number(summary.messages()) + " messages counted, "
                    + Shown.number(summary.late()) + " of them late, "
                    + Shown.number(summary.skipped()) + " not counted\n");
        }
        return code;
    }

    /** Read while it grows, it would be counted in part today, and whole as another file tomorrow. */
    private static boolean isWritten(String name, Call call) throws ConfigException, IOException {
        Optional<String> written = call.configuration().settings().history().file();
        Path file = FileProblem.path(name);
        return written.isPresent()
                && Files.exists(file)
                && Files.exists(Path.of(written.get()))
                && Files.isSameFile(file, Path.of(written.get()));
    }

    /** It is read twice, so it has to be a file. */
    private static int readStandardInput(OpenStore open, Call call) throws ConfigException, IOException {
        Path copy = Files.createTempFile(open.place().directory(), "history", "");
        try (InputStream in = call.terminal().in()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return read(copy, "standard input", open, call);
        } finally {
            Files.delete(copy);
        }
    }

    private static int read(Path file, String name, OpenStore open, Call call) throws ConfigException, IOException {
        Instant now = call.clock().instant();
        List<String> counted = open.store().status(now).nodes().stream()
                .map(StoreStatus.Node::name)
                .toList();
        HistoryImport.Summary summary;
        try {
            summary = new HistoryImport(
                            open.place().directory(),
                            open.place().recording(),
                            !call.words().has(SEND),
                            now)
                    .run(file, counted);
        } catch (FileSystemException e) {
            if (!file.toString().equals(e.getFile())) {
                throw e;
            }
            tell(name + ": " + FileProblem.reason(e), call);
            return ExitCode.NO_INPUT;
        }
        summary.listed().forEach(problem -> tell(name + ": " + problem, call));
        long more = summary.problems() - summary.listed().size();
        if (more > 0) {
            tell(name + ": and " + Shown.number(more) + " more", call);
        }
        call.print(
                summary.known()
                        ? name + ": was read before\n"
                        : name + ": " + Shown.number(summary.recorded()) + " messages recorded, "
                                + Shown.number(summary.leftOut()) + " that no report tells of, "
                                + Shown.number(summary.problems()) + " lines or records that cannot be used\n");
        return summary.problems() > 0 && summary.recorded() + summary.leftOut() == 0
                ? ExitCode.MALFORMED_INPUT
                : ExitCode.OK;
    }

    private static void tell(String problem, Call call) {
        call.terminal().err().println("dmarc-milter report import: " + problem);
    }
}
