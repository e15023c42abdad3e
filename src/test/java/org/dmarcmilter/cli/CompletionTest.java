package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dmarcmilter.cli.report.ReportCommand;
import org.dmarcmilter.cli.stats.StatsCommand;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The completion for bash is made of what the commands say of themselves with {@code --help}. To write it anew:
 * {@code mvn -q test -Dtest=CompletionTest -Dcompletion.write=true}.
 */
class CompletionTest {
    private static final Path FILE = Path.of("src/packaging/completion/dmarc-milter");

    /** A line of the list of commands or verbs. */
    private static final Pattern COMMAND = Pattern.compile("(?m)^dmarc-milter ([a-z][a-z-]+) ");

    private static final Pattern VERB = Pattern.compile("(?m)^  ([a-z]+) ");

    /** An option where a usage names it: in the synopsis, or before what it does. */
    private static final Pattern OPTION = Pattern.compile("(?m)(?:^  |^\t|[\\[|( ])(--?[A-Za-z][a-z-]*)");

    /** What {@code --what-if} takes, from its usage. */
    private static final Pattern WHAT_IF = Pattern.compile("(?m)\\b([A-Z]\\w+)(?=,|$)");

    private static final Map<String, Function<Terminal, Integer>> HELP = new LinkedHashMap<>();

    static {
        List<String> help = List.of("--help");
        HELP.put("check", terminal -> new CheckCommand(terminal, Map.of()).run(help));
        HELP.put("report", terminal -> new ReportCommand(terminal, Map.of()).run(help));
        HELP.put("explain", terminal -> new ExplainCommand(terminal, Map.of()).run(help));
        HELP.put("status", terminal -> new StatusCommand(terminal, Map.of()).run(help));
        HELP.put("stats", terminal -> new StatsCommand(terminal, Map.of()).run(help));
    }

    @BeforeAll
    static void write() throws IOException {
        if (Boolean.getBoolean("completion.write")) {
            Files.writeString(FILE, script());
        }
    }

    private static String help(Function<Terminal, Integer> command) {
        Screen screen = new Screen();
        assertEquals(ExitCode.OK, command.apply(screen.terminal()), screen.err());
        return screen.out();
    }

    private static String daemonHelp() {
        return help(terminal -> new DaemonCommand(terminal, Map.of()).run(List.of("--help")));
    }

    private static String words(Pattern pattern, String text) {
        return pattern
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(" "));
    }

    /** All options of a usage, without what stands in its sentences. */
    private static String options(String usage) {
        StringBuilder lines = new StringBuilder();
        boolean synopsis = false;
        for (String line : usage.split("\n")) {
            synopsis = line.startsWith("usage:") || (synopsis && !line.isEmpty());
            if (synopsis) {
                lines.append(line.replaceAll("\\|", " ")).append('\n');
            } else if (line.matches("\\s+--?[A-Za-z].*")) {
                lines.append("  ").append(line.strip().split("[ \t]", 2)[0]).append('\n');
            }
        }
        Set<String> options =
                new TreeSet<>(Arrays.asList(words(OPTION, lines.toString()).split(" ")));
        options.add("--help");
        options.remove("");
        return String.join(" ", options);
    }

    private static String script() {
        StringBuilder cases = new StringBuilder();
        for (String command : HELP.keySet()) {
            if (!command.equals("report")) {
                cases.append("            ")
                        .append(command)
                        .append(") choices='")
                        .append(options(help(HELP.get(command))))
                        .append("' ;;\n");
            }
        }
        String verbs = words(VERB, help(HELP.get("report")));
        StringBuilder reports = new StringBuilder();
        for (String verb : verbs.split(" ")) {
            String usage = help(terminal -> new ReportCommand(terminal, Map.of()).run(List.of(verb, "--help")));
            reports.append("                    ")
                    .append(verb)
                    .append(") choices='")
                    .append(options(usage))
                    .append("' ;;\n");
        }
        String stats = help(HELP.get("stats"));
        String whatIf = stats.substring(stats.indexOf("--what-if"), stats.indexOf("--json  "));
        return """
                # Completion of dmarc-milter for bash. Written from what the commands say with --help: see CompletionTest.
                _dmarc_milter() {
                    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} choices=
                    COMPREPLY=()
                    case $before in
                        -c | -t | -P | --history | -o) mapfile -t COMPREPLY < <(compgen -f -- "$word") && return ;;
                        -u) mapfile -t COMPREPLY < <(compgen -u -- "$word") && return ;;
                        --by) choices='author source policy' ;;
                        --what-if) choices='%s' ;;
                    esac
                    if [ -z "$choices" ] && [ "$COMP_CWORD" -eq 1 ]; then
                        choices='%s'
                    elif [ -z "$choices" ]; then
                        case ${COMP_WORDS[1]} in
                %s            report)
                                if [ "$COMP_CWORD" -eq 2 ]; then
                                    choices='--help %s'
                                else
                                    case ${COMP_WORDS[2]} in
                %s                    esac
                                fi
                                ;;
                            make-class-archive) choices='--help' ;;
                            *) choices='%s' ;;
                        esac
                    fi
                    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
                    # What is no option is a file: a message, or a report.
                    [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace 2>/dev/null
                }
                complete -o filenames -F _dmarc_milter dmarc-milter
                """.formatted(
                words(WHAT_IF, whatIf).replaceAll("(\\w+)", "$1="),
                words(COMMAND, daemonHelp()) + " " + options(daemonHelp().replace("dmarc-milter: usage", "usage")),
                cases,
                verbs,
                reports,
                options(daemonHelp().replace("dmarc-milter: usage", "usage")));
    }

    @Test
    void saysWhatTheCommandsSay() throws IOException {
        assertEquals(
                script(),
                Files.readString(FILE),
                "Change the usage, not the file; then: mvn -q test -Dtest=CompletionTest -Dcompletion.write=true");
    }

    /** A command that this test does not ask for help would be without options. */
    @Test
    void knowsEachCommand() {
        Set<String> commands =
                new TreeSet<>(Arrays.asList(words(COMMAND, daemonHelp()).split(" ")));
        assertTrue(commands.remove("make-class-archive"));
        assertEquals(new TreeSet<>(HELP.keySet()), commands);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # typed                      | completed
        dmarc-milter stats           | stats
        dmarc-milter re              | report
        dmarc-milter report li       | list
        dmarc-milter report list --s | --since --state
        dmarc-milter report run --ev | --every
        dmarc-milter stats --what    | --what-if
        dmarc-milter stats --what-if Rej | RejectFailures=
        dmarc-milter stats --by so   | source
        dmarc-milter explain --q     | --queue-id
        dmarc-milter check --verb    | --verbose
        dmarc-milter -c pom.x        | pom.xml
        dmarc-milter explain pom.x   | pom.xml
        """)
    void completes(String typed, String completed) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", """
                . "$1" || exit 1
                shift
                COMP_WORDS=("$@")
                COMP_CWORD=$(($# - 1))
                _dmarc_milter
                echo "${COMPREPLY[*]}"
                """, "bash", FILE.toString()));
        command.addAll(List.of(typed.split(" ")));
        Process shell = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertEquals(completed + "\n", new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, shell.waitFor());
    }
}
