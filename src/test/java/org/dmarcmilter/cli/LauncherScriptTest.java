package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher script with a Java that prints what it was called with, one argument a line. */
class LauncherScriptTest {
    private static final String PRINT_ARGUMENTS = """
            #!/bin/sh
            for argument; do printf '%s\\n' "$argument"; done
            printf 'user %s\\ndirectory %s\\nbackground %s\\n' "$(id -un)" "$(pwd)" "${DMARC_MILTER_BACKGROUND:-no}"
            """;

    @TempDir
    private Path directory;

    private Path script = Path.of("");
    private Path java = Path.of("");

    private record Run(int code, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }

        /** What stands behind the main class. */
        List<String> arguments() {
            List<String> lines = lines();
            return lines.subList(lines.indexOf("org.dmarcmilter.cli.Main") + 1, lines.size() - 3);
        }
    }

    @BeforeEach
    void install() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path bin = Files.createDirectories(directory.resolve("home").resolve("bin"));
        Files.writeString(
                Files.createDirectories(directory.resolve("home").resolve("lib"))
                        .resolve("dmarc-milter-1.2.3.jar"),
                "");
        script = Files.copy(
                Path.of("src", "main", "bin", "dmarc-milter"),
                bin.resolve("dmarc-milter"),
                StandardCopyOption.REPLACE_EXISTING);
        executable(script);
        java = Files.createDirectories(directory.resolve("java").resolve("bin")).resolve("java");
        installJava("17.0.9", PRINT_ARGUMENTS);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String pauses() {
        return "echo \"$1\" >>" + directory + "/pauses\n";
    }

    private void installJava(String version, String text) throws IOException {
        Files.writeString(java, text);
        executable(java);
        Files.writeString(
                directory.resolve("java").resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("test.conf"), text).toString();
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of("JAVA_HOME", directory.resolve("java").toString()), arguments);
    }

    /** With a program in place of the system's; {@code "$@"} are its arguments. */
    private Run runWith(String program, String text, String... arguments) throws IOException, InterruptedException {
        Path folder = installProgram(program, text);
        return run(
                Map.of("JAVA_HOME", directory.resolve("java").toString(), "PATH", folder + ":" + System.getenv("PATH")),
                arguments);
    }

    private Path installProgram(String name, String text) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("programs"));
        executable(Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text));
        return folder;
    }

    private Run run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("JAVA") || name.startsWith("DMARC_"));
        builder.environment()
                .put("DMARC_MILTER_CACHE", directory.resolve("no-cache").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Run(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    void passesTheArgumentsOn() throws IOException, InterruptedException {
        Run run = run("-f", "-c", config(""), "-p", "inet:8893@127.0.0.1", "-v");
        assertEquals("", run.err());
        assertEquals(0, run.code());
        assertEquals(List.of("-f", "-c", directory + "/test.conf", "-p", "inet:8893@127.0.0.1", "-v"), run.arguments());
        assertTrue(run.lines().contains(directory.resolve("home") + "/lib/dmarc-milter-1.2.3.jar"), run.out());
        assertTrue(run.lines().contains("-XX:+UseSerialGC"));
        assertTrue(run.out().contains("background no\n"));
    }

    @Test
    void argumentsWithSpacesStayWhole() throws IOException, InterruptedException {
        Run run = run("-n", "-c", "a file", "-p", "*");
        assertEquals(List.of("-n", "-c", "a file", "-p", "*"), run.arguments());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check example.com --json",
                "explain - --client-ip 192.0.2.1",
                "report run --every 5m",
                "-V",
                "-Q",
                "--help",
                "-t -",
                "-c"
            })
    void commandsAndQuestionsNeedNoUser(String words) throws IOException, InterruptedException {
        Run run = run(words.split(" "));
        assertEquals("", run.err());
        assertEquals(List.of(words.split(" ")), run.arguments());
    }

    @Test
    void furtherJvmOptionsComeAfterOurs() throws IOException, InterruptedException {
        Run run = run(
                Map.of("JAVA_HOME", directory.resolve("java").toString(), "DMARC_MILTER_JAVA_OPTS", "-Xmx200m -Dx=y"),
                "-f",
                "-c",
                config(""));
        assertTrue(run.lines().indexOf("-Xmx200m") > run.lines().indexOf("-Xmx96m"), run.out());
        assertTrue(run.lines().contains("-Dx=y"), run.out());
    }

    @Test
    void worksThroughASymbolicLink() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), script);
        script = link;
        assertTrue(run("-V").lines().contains(directory.resolve("home") + "/lib/dmarc-milter-1.2.3.jar"));
    }

    @ParameterizedTest(name = "Java {0}")
    @CsvSource({"11.0.2, 11", "1.8.0_392, 8", "16, 16", "9.0.4, 9"})
    void refusesAnOldJava(String version, String major) throws IOException, InterruptedException {
        installJava(version, PRINT_ARGUMENTS);
        Run run = run("-V");
        assertEquals(69, run.code());
        assertEquals("", run.out());
        assertTrue(
                run.err().startsWith("dmarc-milter: " + java + " is Java " + major + "; Java 17 or later is needed"),
                run.err());
    }

    @ParameterizedTest(name = "Java {0}")
    @CsvSource({
        "17.0.9, false, false",
        "21.0.1, false, false",
        "23, true, false",
        "24.0.1, true, true",
        "25-ea, true, true"
    })
    void tellsNewJavasWhatWeDo(String version, boolean memoryAccess, boolean nativeAccess)
            throws IOException, InterruptedException {
        installJava(version, PRINT_ARGUMENTS);
        Run run = run("-f", "-c", config(""));
        assertEquals(memoryAccess, run.lines().contains("--sun-misc-unsafe-memory-access=allow"));
        assertEquals(nativeAccess, run.lines().contains("--enable-native-access=ALL-UNNAMED"));
    }

    @ParameterizedTest(name = "Java {0}")
    @CsvSource({
        "17, false",
        "17.0.9, false",
        "17.0.14, false",
        "17.0.15, true",
        "17.0.15.1, true",
        "17.0.20, true",
        "18.0.2, false",
        "20.0.2, false",
        "21, false",
        "21.0.6, false",
        "21.0.7, true",
        "21.0.10, true",
        "22, false",
        "23, true",
        "25-ea, true",
        "30.0.1, true"
    })
    void givesMemoryBackWhereJavaCan(String version, boolean can) throws IOException, InterruptedException {
        installJava(version, PRINT_ARGUMENTS);
        Run run = run("-f", "-c", config(""));
        assertEquals(can, run.lines().contains("-XX:TrimNativeHeapInterval=5000"));
    }

    /** Its updates of 17 and 21 are not those of OpenJDK. */
    @ParameterizedTest(name = "Java {0} of Oracle")
    @CsvSource({"17.0.15, false", "21.0.8, false", "25.0.1, true"})
    void anUnknownOptionMustNotStopJava(String version, boolean can) throws IOException, InterruptedException {
        installJava(version, PRINT_ARGUMENTS);
        Files.writeString(
                directory.resolve("java").resolve("release"),
                "IMPLEMENTOR=\"Oracle Corporation\"\nJAVA_VERSION=\"" + version + "\"\n");
        assertEquals(can, run("-f", "-c", config("")).lines().contains("-XX:TrimNativeHeapInterval=5000"));
    }

    @Test
    void aJavaThatDoesNotSayItsVersionIsTried() throws IOException, InterruptedException {
        Files.delete(directory.resolve("java").resolve("release"));
        assertEquals(0, run("-V").code());
    }

    @Test
    void withoutJava() throws IOException, InterruptedException {
        Path nothing = directory.resolve("nothing");
        Run run = run(Map.of("JAVA_HOME", nothing.toString()), "-V");
        assertEquals(69, run.code());
        assertEquals(
                "dmarc-milter: no Java found: JAVA_HOME is " + nothing + ", and " + nothing
                        + "/bin/java cannot be run; correct it or unset it\n",
                run.err());
    }

    @Test
    void aPathWithSpaces() throws IOException, InterruptedException {
        Path spaced = Files.move(directory.resolve("home"), directory.resolve("a home"));
        script = spaced.resolve("bin").resolve("dmarc-milter");
        assertTrue(run("-V").lines().contains(spaced + "/lib/dmarc-milter-1.2.3.jar"));
        assertTrue(run("-f", "-c", config("")).lines().contains(spaced + "/lib/dmarc-milter-1.2.3.jar"));
    }

    @Test
    void findsJavaOnThePath() throws IOException, InterruptedException {
        Run run = run(Map.of("PATH", java.getParent() + ":" + System.getenv("PATH")), "-V");
        assertEquals(List.of("-V"), run.arguments());
    }

    @Test
    void usesAClassArchiveWhereThereIsOne() throws IOException, InterruptedException {
        Path cache = Files.createDirectories(directory.resolve("cache"));
        Map<String, String> environment =
                Map.of("JAVA_HOME", directory.resolve("java").toString(), "DMARC_MILTER_CACHE", cache.toString());
        assertFalse(run(environment, "-f", "-c", config("")).out().contains("SharedArchiveFile"));
        Files.writeString(cache.resolve("classes-17.jsa"), "x");
        assertTrue(run(environment, "-f", "-c", config(""))
                .lines()
                .contains("-XX:SharedArchiveFile=" + cache + "/classes-17.jsa"));
        installJava("21", PRINT_ARGUMENTS);
        assertTrue(run(environment, "-f", "-c", config("")).lines().contains("-XX:+AutoCreateSharedArchive"));
    }

    @Test
    void theClassArchiveMayLieInAPathWithSpaces() throws IOException, InterruptedException {
        Path cache = Files.createDirectories(directory.resolve("a cache"));
        Files.writeString(cache.resolve("classes-17.jsa"), "x");
        Run run = run(
                Map.of("JAVA_HOME", directory.resolve("java").toString(), "DMARC_MILTER_CACHE", cache.toString()),
                "-f",
                "-c",
                config(""));
        assertTrue(run.lines().contains("-XX:SharedArchiveFile=" + cache + "/classes-17.jsa"), run.out());
    }

    @ParameterizedTest(name = "Java {0}, again {1}")
    @CsvSource({"17, false", "17, true", "25, false", "25, true"})
    void makesAClassArchive(String version, boolean again) throws IOException, InterruptedException {
        installJava(version, """
                #!/bin/sh
                for argument; do
                  case $argument in
                    -XX:ArchiveClassesAtExit=*) printf %s "$*" >"${argument#*=}" ;;
                  esac
                done
                """);
        Path cache = directory.resolve("new").resolve("cache");
        Map<String, String> environment =
                Map.of("JAVA_HOME", directory.resolve("java").toString(), "DMARC_MILTER_CACHE", cache.toString());
        Run run = run(environment, "make-class-archive");
        if (again) {
            run = run(environment, "make-class-archive");
        }
        assertEquals(new Run(0, "", ""), run);
        String arguments = Files.readString(cache.resolve("classes-" + version + ".jsa"));
        assertFalse(arguments.contains("SharedArchive"), "flags that exclude each other: " + arguments);
        assertFalse(Files.exists(cache.resolve("classes-" + version + ".jsa.new")));
    }

    @ParameterizedTest(name = "make-class-archive {0}")
    @CsvSource(delimiter = '|', textBlock = """
        --help | 0  | usage: dmarc-milter make-class-archive
        -h     | 0  | usage: dmarc-milter make-class-archive
        -x     | 64 | usage: dmarc-milter make-class-archive
        word   | 64 | usage: dmarc-milter make-class-archive
        """)
    void makeClassArchiveTakesNoArguments(String argument, int code, String text)
            throws IOException, InterruptedException {
        Run run = run("make-class-archive", argument);
        assertEquals(code, run.code());
        assertTrue((code == 0 ? run.out() : run.err()).startsWith(text), run.out() + run.err());
        assertEquals("", code == 0 ? run.err() : run.out());
    }

    @ParameterizedTest(name = "-u {0}, Userid {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        nosuchuser       | ''               | no such user 'nosuchuser'
        ''               | nosuchuser       | no such user 'nosuchuser'
        nosuchuser:mail  | root             | no such user 'nosuchuser'
        root:nosuchgroup | ''               | no such group 'nosuchgroup'
        ''               | root:nosuchgroup | no such group 'nosuchgroup'
        """)
    void noSuchUser(String flag, String option, String message) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("-f", "-c", config(option.isEmpty() ? "" : "UserID " + option + "\n")));
        if (!flag.isEmpty()) {
            arguments.addAll(List.of("-u", flag));
        }
        Run run = run(arguments.toArray(String[]::new));
        assertEquals(78, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("dmarc-milter: Userid: " + message), run.err());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        userid\\tnosuchuser             | a tab, another case
        Userid a\\nUserid nosuchuser    | the last one wins
        '  Userid   nosuchuser   # x'   | space and comment
        Userid nosuchuser\\r            | a file from Windows
        """)
    void readsTheOptionAsTheDaemonDoes(String text, String why) throws IOException, InterruptedException {
        String unescaped = text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r");
        Run run = run("-f", "-c", config(unescaped + "\n"));
        assertTrue(run.err().startsWith("dmarc-milter: Userid: no such user 'nosuchuser'"), run.err());
    }

    @ParameterizedTest(name = "-c {0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        file | DMARC_USERID=nosuchuser               | the file's Userid is another
        -    | DMARC_USERID=nosuchuser               | a variable can be read more often than standard input
        file | DMARC_MILTER_DEFAULT_USERID=nobody;DMARC_UserID=nosuchuser | the one outranks the other
        """)
    void readsTheOptionFromAVariable(String file, String variables, String why)
            throws IOException, InterruptedException {
        Map<String, String> environment =
                new HashMap<>(Map.of("JAVA_HOME", directory.resolve("java").toString()));
        for (String variable : variables.split(";")) {
            environment.put(variable.split("=", 2)[0], variable.split("=", 2)[1]);
        }
        Run run = run(environment, "-f", "-c", file.equals("-") ? "-" : config("Userid root\n"));
        assertTrue(run.err().startsWith("dmarc-milter: Userid: no such user 'nosuchuser'"), run.err());
        assertEquals(78, run.code());
    }

    /** Java says what is wrong with such a variable; here it must not pass for two options. */
    @Test
    void aVariableIsOneLine() throws IOException, InterruptedException {
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                directory.resolve("java").toString(),
                "DMARC_SYSLOGIDENTITY",
                "x\nuserid nosuchuser",
                "DMARC_USERID",
                "nosuchuser\n");
        assertEquals(0, run(environment, "-f", "-c", config("")).code());
    }

    @ParameterizedTest(name = "BaseDirectory by a variable, -c {0}")
    @ValueSource(strings = {"-", "test.conf"})
    void goesToTheBaseDirectoryOfAVariable(String file) throws IOException, InterruptedException {
        Path base = Files.createDirectories(directory.resolve("base"));
        config("Syslog no\n");
        Run run = run(
                Map.of("JAVA_HOME", directory.resolve("java").toString(), "DMARC_BASEDIRECTORY", base.toString()),
                "-f",
                "-c",
                file);
        assertTrue(run.out().contains("directory " + base + "\n"), run.out() + run.err());
        List<String> arguments = run.arguments();
        assertEquals(file.equals("-") ? "-" : directory + "/test.conf", arguments.get(arguments.size() - 1));
    }

    @ParameterizedTest(name = "-c {0}, {1}")
    @CsvSource({"-, -f", "-, -v", "/dev/stdin, -f", "/dev/stdin, -v"})
    void whatCanBeReadOnceIsForJava(String file, String flag) throws IOException, InterruptedException {
        Path seen = directory.resolve("seen");
        String text = "Userid nosuchuser\nSocket inet:1\n";
        Files.writeString(directory.resolve("-"), "Userid another\n");
        installJava("17", "#!/bin/sh\ncat >" + seen + "\necho ready\n");
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString(), flag, "-c", file)
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", directory.resolve("java").toString());
        Process process = builder.start();
        process.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().close();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        assertEquals(text, Files.readString(seen));
    }

    @Test
    void aFileMayHaveAnyName() throws IOException, InterruptedException {
        Files.move(Path.of(config("Userid nosuchuser\n")), directory.resolve("a=b c"));
        assertTrue(run("-f", "-c", "a=b c").err().startsWith("dmarc-milter: Userid: no such user 'nosuchuser'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"# Userid nosuchuser", "UseridX nosuchuser", "RejectString Userid nosuchuser"})
    void otherLinesAreNotTheOption(String line) throws IOException, InterruptedException {
        assertEquals(0, run("-f", "-c", config(line + "\n")).code());
    }

    @Test
    void aWordTooManyIsForJavaToTell() throws IOException, InterruptedException {
        String config = config("Userid nosuchuser\n");
        assertEquals(List.of("-c", config, "word"), run("-c", config, "word").arguments());
    }

    @Test
    void becomesTheUser() throws IOException, InterruptedException {
        assumeRoot();
        Run run = run("-f", "-c", config("Userid nobody\n"));
        assertEquals("", run.err());
        assertTrue(run.out().contains("user nobody\n"), run.out());
        assertTrue(run("-f", "-c", config(""), "-u", "nobody:daemon").out().contains("user nobody\n"));
        assertTrue(run("-f", "-c", config("Userid root\n")).out().contains("user root\n"));
    }

    /** What the user may not read or write is a mistake that root would not see. */
    @Test
    void aCheckLooksWithTheEyesOfTheUser() throws IOException, InterruptedException {
        assumeRoot();
        assertTrue(run("-n", "-c", config("Userid nobody\n")).out().contains("user nobody\n"));
        assertTrue(run("-n", "-c", config("Userid nosuchuser\n")).out().contains("user root\n"), "Java tells");
        assertTrue(
                run("-t", "x", "-c", config("Userid nobody\n")).out().contains("user root\n"), "a test is no daemon");
    }

    @Test
    void theFlagWinsOverTheFile() throws IOException, InterruptedException {
        assumeRoot();
        Run run = run("-f", "-c", config("Userid nosuchuser\n"), "-u", "nobody");
        assertTrue(run.out().contains("user nobody\n"), run.out() + run.err());
    }

    @Test
    void whatReportsMakeIsForNobodyElse() throws IOException, InterruptedException {
        installJava("17", "#!/bin/sh\numask\n");
        assertEquals("0027\n", run("report", "status", "-c", config("")).out());
    }

    /** Or else the timer's runs could not open what root has made. */
    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # state directory | arguments                  | user   | why
        theirs            | report status -c FILE      | nobody | its owner
        theirs/none       | report run --now X -c FILE | nobody | the owner of the next one that is there
        ours              | report status -c FILE      | root   | nobody else's
        theirs            | report validate theirs     | root   | a file of anybody
        theirs            | check example.com -c FILE  | root   | leaves no files
        """)
    void rootBecomesWhoSendsReports(String state, String arguments, String user, String why)
            throws IOException, InterruptedException {
        assumeRoot();
        Files.createDirectory(directory.resolve("ours"));
        Path theirs = Files.createDirectory(directory.resolve("theirs"));
        Files.setOwner(
                theirs, theirs.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        String file = config("ReportStateDirectory /nowhere\nreportstatedirectory " + directory.resolve(state) + "\n");
        Run run = run(arguments.replace("FILE", file).split(" "));
        assertTrue(run.out().contains("user " + user + "\n"), run.out() + run.err());
    }

    private static void assumeRoot() throws IOException, InterruptedException {
        Process id = new ProcessBuilder("id", "-u").start();
        String uid = new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        id.waitFor();
        Assumptions.assumeTrue(uid.equals("0"), "only root can become another user");
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv");
    }

    /** As far as the limit may be raised: the two limits are the same then. */
    @ParameterizedTest(name = "EnableCoredumps {0}")
    @CsvSource({"yes, same", "no, 0"})
    void enablesCoredumps(String value, String limit) throws IOException, InterruptedException {
        installJava("17", """
                #!/bin/sh
                limit=$(ulimit -S -c)
                [ "$limit" != "$(ulimit -H -c)" ] || limit=same
                echo "$limit"
                """);
        script = Files.writeString(script.resolveSibling("wrapper"), "ulimit -S -c 0\n. " + script + "\n");
        Run run = run("-f", "-c", config("EnableCoreDumps " + value + "\n"));
        assertEquals(limit + "\n", run.out(), run.err());
    }

    /** A Java that ends as the words say, one a start, and then stays; it notes its starts. */
    private Path installMortalJava(String ends) throws IOException {
        Path starts = directory.resolve("starts");
        installJava("17", """
                #!/bin/sh
                echo "parent ${DMARC_MILTER_PARENT:-none}, background ${DMARC_MILTER_BACKGROUND:-no}" >>%1$s
                number=$(wc -l <%1$s)
                set -- %2$s
                shift $((number - 1))
                case ${1:-} in
                  '') kill -TERM "$DMARC_MILTER_PARENT"; exec /bin/sleep 60 ;;
                  killed) kill -9 $$ ;;
                  *) exit "$1" ;;
                esac
                """.formatted(starts, ends));
        return starts;
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        3             | ''                      | 2 | 143 | starts again, and ends as the daemon does when it is told to
        killed        | ''                      | 2 | 143 | starts again after a signal
        0             | ''                      | 2 | 143 | starts again after an end that nobody asked for
        3 69          | ''                      | 3 | 143 | a later start may find the socket in use
        69            | ''                      | 1 | 69  | the first start must not
        75            | ''                      | 2 | 143 | the first one has lost its DNS
        1             | ''                      | 1 | 1   | Java does not start
        78            | ''                      | 1 | 78  | a mistake in the configuration
        3 78          | ''                      | 2 | 78  | a mistake that was made meanwhile
        3 70          | ''                      | 2 | 70  | our own fault
        3 3 3         | AutoRestartCount 2      | 2 | 69  | so often in all
        3 3 3         | AutoRestartCount 1      | 1 | 69  | once in all
        3 3           | AutoRestartRate 2/1h    | 3 | 143 | as often as the rate allows
        3 3           | AutoRestartRate 1/1h    | 2 | 69  | more often than the rate allows
        3             | AutoRestartRate 0/1h    | 2 | 143 | 0 is no limit
        3             | AutoRestartRate 1/1D    | 2 | 143 | days
        3 3           | AutoRestartRate 08/09h  | 3 | 143 | no octal number
        3 3           | AutoRestartRate 01/09h  | 2 | 69  | nor here
        3             | AutoRestartRate 1/00    | 2 | 143 | nothing is more often than within no time
        3             | AutoRestartRate often   | 1 | 78  | not a rate
        3             | AutoRestartRate 1/1w    | 1 | 78  | not a unit
        """)
    void startsTheDaemonAgain(String ends, String option, int starts, int code, String why)
            throws IOException, InterruptedException {
        Path noted = installMortalJava(ends);
        Run run = runWith("sleep", pauses(), "-f", "-c", config("AutoRestart yes\n" + option + "\n"));
        assertEquals(starts, Files.exists(noted) ? Files.readAllLines(noted).size() : 0, run.err());
        assertEquals(code, run.code(), run.err());
        assertEquals("", run.out());
    }

    @Test
    void saysWhyItStartsAgainAndWhyItGivesUp() throws IOException, InterruptedException {
        installMortalJava("3 killed 5");
        Run run = runWith("sleep", pauses(), "-A", "-f", "-c", config("AutoRestartCount 3\n"));
        assertEquals("""
                dmarc-milter: exited with status 3, restarting
                dmarc-milter: terminated with signal 9, restarting
                dmarc-milter: exited with status 5, restarting
                dmarc-milter: maximum restart count exceeded
                """, run.err());
        assertEquals("1\n3\n", Files.readString(directory.resolve("pauses")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        Syslog yes                                              | -p mail.notice -t dmarc-milter
        Syslog yes;SyslogFacility LOCAL3;SyslogIdentity opendmarc | -p local3.notice -t opendmarc
        Syslog yes;SyslogFacility authpriv                      | -p authpriv.notice -t dmarc-milter
        Syslog yes;SyslogFacility nonsense                      | -p mail.notice -t dmarc-milter
        Syslog no                                               |
        """)
    void saysSoInTheSystemLog(String options, String words) throws IOException, InterruptedException {
        installMortalJava("3");
        installProgram("sleep", "");
        Path logged = directory.resolve("logged");
        Run run = runWith(
                "logger",
                "echo \"$*\" >>" + logged + "\n",
                "-A",
                "-f",
                "-c",
                config(options.replace(';', '\n') + "\nAutoRestartCount 2\n"));
        assertEquals(143, run.code(), run.err());
        List<String> lines = Files.exists(logged) ? Files.readAllLines(logged) : List.of();
        assertEquals(words == null ? 0 : 1, lines.size(), lines.toString());
        if (words != null) {
            assertTrue(
                    lines.get(0)
                            .matches("--socket-errors=off " + words
                                    + " --id=[0-9]+ -- exited with status 3, restarting"),
                    lines.get(0));
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        /run/systemd/notify | file | dmarc-milter: AutoRestart is left to systemd: | systemd waits for our own messages
        ''                  | -    | dmarc-milter: AutoRestart has no effect:      | standard input is read once
        ''                  | pipe | dmarc-milter: AutoRestart has no effect:      | and so is a pipe
        """)
    void leavesRestartingToOthers(String notifySocket, String file, String message, String why)
            throws IOException, InterruptedException {
        Path noted = installMortalJava("3 3");
        Map<String, String> environment =
                Map.of("JAVA_HOME", directory.resolve("java").toString(), "NOTIFY_SOCKET", notifySocket);
        String config = switch (file) {
            case "-" -> "-";
            case "pipe" -> "/dev/stdin";
            default -> config("");
        };
        Run run = run(environment, "-A", "-f", "-c", config);
        assertEquals(3, run.code());
        assertTrue(run.err().startsWith(message), run.err());
        assertEquals(List.of("parent none, background no"), Files.readAllLines(noted));
    }

    @Test
    void aFirstStartThatFailsInTheBackgroundIsToldToTheTerminal() throws IOException, InterruptedException {
        installMortalJava("69");
        assertEquals(69, run("-A", "-c", config("")).code());
    }

    @Test
    void aMissingFileIsForJavaToTell() throws IOException, InterruptedException {
        installMortalJava("78");
        Run run = run("-A", "-f", "-c", "missing.conf");
        assertEquals(new Run(78, "", ""), run);
    }

    @Test
    void goesToTheBaseDirectory() throws IOException, InterruptedException {
        Path base = Files.createDirectories(directory.resolve("a  base"));
        config("BaseDirectory " + base + "\n");
        Run run = run("-f", "-c", "test.conf");
        assertTrue(run.out().contains("directory " + base + "\n"), run.out());
        List<String> arguments = run.arguments();
        assertEquals(directory + "/test.conf", arguments.get(arguments.size() - 1), "the file is found from there");
        Run missing = run("-f", "-c", config("BaseDirectory " + directory + "/missing\n"));
        assertEquals(78, missing.code());
        assertTrue(missing.err().contains("dmarc-milter: BaseDirectory: "), missing.err());
    }

    /** As in a ConfigMap: at the next reload the link may lead to another file. */
    @Test
    void aLinkToTheFileStaysOne() throws IOException, InterruptedException {
        Path base = Files.createDirectories(directory.resolve("base"));
        Files.move(Path.of(config("BaseDirectory " + base + "\n")), directory.resolve("real.conf"));
        Files.createSymbolicLink(directory.resolve("test.conf"), Path.of("real.conf"));
        List<String> arguments = run("-f", "-c", "test.conf").arguments();
        assertEquals(directory + "/test.conf", arguments.get(arguments.size() - 1));
    }

    @Test
    void theOtherOptionsAreFoundFromTheBaseDirectory() throws IOException, InterruptedException {
        installJava("17", "#!/bin/sh\necho \"parent ${DMARC_MILTER_PARENT:-none}\"\nexit 78\n");
        config("BaseDirectory " + Files.createDirectories(directory.resolve("base")) + "\nAutoRestart yes\n");
        Run run = run("-f", "-c", "test.conf");
        assertTrue(run.out().matches("parent [0-9]+\n"), run.out() + run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-n", "-t message", "-fn", "-vt message"})
    void aCheckLooksFromTheBaseDirectoryToo(String words) throws IOException, InterruptedException {
        Path base = Files.createDirectories(directory.resolve("base"));
        config("BaseDirectory " + base + "\nUserid nosuchuser\n");
        List<String> arguments = new ArrayList<>(List.of(words.split(" ")));
        arguments.addAll(List.of("-c", "test.conf"));
        Run run = run(arguments.toArray(String[]::new));
        assertTrue(run.out().contains("directory " + base + "\n"), run.out() + run.err());
        arguments.addAll(List.of("-c", directory + "/test.conf"));
        assertEquals(arguments, run.arguments());
        config("BaseDirectory " + directory + "/missing\n");
        assertEquals(
                words.contains("t") ? 78 : 0,
                run("-" + (words.contains("t") ? "tx" : "n"), "-c", "test.conf").code());
    }

    @ParameterizedTest(name = "{0}, Background {1}")
    @CsvSource({"-f, yes", "-v, no", "-v, False", "-v, 0"})
    void staysInTheForeground(String flag, String background) throws IOException, InterruptedException {
        Run run = run(flag, "-c", config("Background " + background + "\n"));
        assertTrue(run.out().contains("background no\n"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Background yes\n", "Background true\n"})
    void detachesWhenTheDaemonIsReady(String text) throws IOException, InterruptedException {
        Path pid = directory.resolve("pid");
        installJava("17", """
                #!/bin/sh
                echo "$$ $DMARC_MILTER_BACKGROUND" >%s
                echo 'a warning' >&2
                echo ready
                exec sleep 60
                """.formatted(pid));
        Run run = run("-c", config(text));
        List<String> words = List.of(Files.readString(pid).strip().split(" "));
        ProcessHandle daemon = ProcessHandle.of(Long.parseLong(words.get(0))).orElseThrow();
        try {
            assertEquals(0, run.code());
            assertEquals("a warning\n", run.err());
            assertEquals("", run.out());
            assertEquals("1", words.get(1));
            assertTrue(daemon.isAlive());
        } finally {
            daemon.destroy();
        }
    }

    @Test
    void errorsBeforeItIsReadyReachTheTerminalAndTheExitCode() throws IOException, InterruptedException {
        installJava("17", "#!/bin/sh\necho 'dmarc-milter: address in use' >&2\nexit 69\n");
        Run run = run("-c", config(""));
        assertEquals(69, run.code());
        assertEquals("dmarc-milter: address in use\n", run.err());
    }
}
