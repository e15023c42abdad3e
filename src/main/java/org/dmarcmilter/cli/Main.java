package org.dmarcmilter.cli;

import java.util.Arrays;
import java.util.List;
import org.dmarcmilter.cli.report.ReportCommand;
import org.dmarcmilter.cli.stats.StatsCommand;
import org.dmarcmilter.logging.LogSetup;

/** Where the program begins: the first word may name a command; without one it is the daemon. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        List<String> words = Arrays.asList(arguments);
        Terminal terminal = Terminal.standard();
        String command = words.isEmpty() ? "" : words.get(0);
        // Before anything logs; the daemon replaces it when it knows its configuration.
        LogSetup.forCommand();
        int code;
        try {
            code = switch (command) {
                case "check" -> new CheckCommand(terminal, System.getenv()).run(words.subList(1, words.size()));
                case "status" -> new StatusCommand(terminal, System.getenv()).run(words.subList(1, words.size()));
                case "report" -> new ReportCommand(terminal, System.getenv()).run(words.subList(1, words.size()));
                case "explain" -> new ExplainCommand(terminal, System.getenv()).run(words.subList(1, words.size()));
                case "stats" -> new StatsCommand(terminal, System.getenv()).run(words.subList(1, words.size()));
                case "make-class-archive" -> new TrainingRun(terminal).run();
                default -> new DaemonCommand(terminal, System.getenv()).run(words);
            };
        } finally {
            LogSetup.flush();
            terminal.flush();
        }
        // DNS and event loop threads may still be there; nothing waits for them.
        Runtime.getRuntime().halt(code);
    }
}
