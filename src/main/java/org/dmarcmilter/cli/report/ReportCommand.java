package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.cli.Terminal;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.store.StoreException;
import org.dmarcmilter.text.Printable;

/** {@code report VERB}: finds the verb, runs it, and makes an exit code of what goes wrong. */
public final class ReportCommand {
    private static final int MAX_SHOWN = 80;

    private static final String USAGE = """
            usage: dmarc-milter report VERB [options]

            Aggregate reports: what domain owners hear of mail in their name, once a day.
              run               import, close, prepare, send: what the timer starts
              import            read the journal
              status            how far it is, and what waits
              list              reports and what became of them
              show REPORTID     one report, its XML or its mail
              build             write the reports of a day without sending them
              send              send what is due, or certain reports at once
              resend REPORTID   send a report again, with the same identifiers
              expire            forget what is old
              suppress          addresses that get nothing
              domain            what you want for one policy domain
              check             whether reports can be made and sent
              validate FILE...  look over reports of anybody: schema, and what consumers trip over

            dmarc-milter report VERB --help says more.
            """;

    private static final String COMMON = """
              -c FILE           the configuration; default: the daemon's
              --now INSTANT     take this for the time, as 2026-11-28T00:10:00Z, to try what happens then
            """;

    private final Terminal terminal;
    private final Map<String, String> environment;
    private final Clock clock;
    private final Map<String, Verb> verbs = new LinkedHashMap<>();

    public ReportCommand(Terminal terminal, Map<String, String> environment) {
        this(terminal, environment, Clock.systemUTC());
    }

    ReportCommand(Terminal terminal, Map<String, String> environment, Clock clock) {
        this.terminal = terminal;
        this.environment = environment;
        this.clock = clock;
        verbs.put("run", new RunVerb());
        verbs.put("import", new ImportVerb());
        verbs.put("status", new StatusVerb());
        verbs.put("list", new ListVerb());
        verbs.put("show", new ShowVerb());
        verbs.put("build", new BuildVerb());
        verbs.put("send", new SendVerb());
        verbs.put("resend", new ResendVerb());
        verbs.put("expire", new ExpireVerb());
        verbs.put("suppress", new SuppressVerb());
        verbs.put("domain", new DomainVerb());
        verbs.put("check", new CheckVerb());
        verbs.put("validate", new ValidateVerb());
    }

    /** Runs it; the words are those behind {@code report}. */
    public int run(List<String> words) {
        String name = words.isEmpty() ? "" : words.get(0);
        Optional<Verb> verb = Optional.ofNullable(verbs.get(name));
        if (verb.isEmpty()) {
            return withoutVerb(name);
        }
        if (words.contains("--help") || words.contains("-h")) {
            terminal.out().print(verb.get().usage() + COMMON);
            return ExitCode.OK;
        }
        String who = "dmarc-milter report " + name + ": ";
        try {
            return run(verb.get(), words.subList(1, words.size()));
        } catch (UsageException e) {
            terminal.err().println(who + e.getMessage());
            terminal.err().print(verb.get().usage() + COMMON);
            return ExitCode.USAGE;
        } catch (ConfigException e) {
            return terminal.tell(who, e);
        } catch (StoreException.InUse e) {
            terminal.err().println(who + e.getMessage());
            return ExitCode.TRY_AGAIN;
        } catch (StoreException.TooNew e) {
            terminal.err().println(who + e.getMessage());
            return ExitCode.CONFIGURATION;
        } catch (StoreException.Damaged e) {
            terminal.err()
                    .println(who + e.getMessage() + "; it is put aside and built anew when it is opened the next time."
                            + " Run the command again");
            return ExitCode.TRY_AGAIN;
        } catch (FileSystemException e) {
            terminal.err().println(who + e.getFile() + ": " + FileProblem.reason(e));
            return ExitCode.UNAVAILABLE;
        } catch (IOException e) {
            terminal.err().println(who + e.getMessage());
            return ExitCode.UNAVAILABLE;
        }
    }

    private int run(Verb verb, List<String> words) throws UsageException, ConfigException, IOException {
        List<String> valued = new ArrayList<>(List.of("-c", "--now"));
        valued.addAll(verb.valued());
        Words given = Words.parse(words, verb.flags(), valued);
        Optional<Instant> now = given.instant("--now");
        return verb.run(new Call(
                terminal,
                environment,
                given,
                now.map(at -> Call.shifted(clock, at)).orElse(clock)));
    }

    private int withoutVerb(String name) {
        switch (name) {
            case "-h", "--help" -> {
                terminal.out().print(USAGE);
                return ExitCode.OK;
            }
            case "--version" -> {
                return terminal.version();
            }
            default -> {
                if (!name.isEmpty()) {
                    terminal.err().println("dmarc-milter report: " + Printable.named(name, MAX_SHOWN) + " is no verb");
                }
                terminal.err().print(USAGE);
                return ExitCode.USAGE;
            }
        }
    }
}
