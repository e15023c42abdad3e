package org.dmarcmilter.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** OpenDMARC's Perl scripts as Debian ships them, with a MariaDB server of the test's own and their tables in it. */
public final class OpenDmarcTools implements AutoCloseable {
    private static final Path SCHEMA = Path.of("/usr/share/dbconfig-common/data/opendmarc/install/mysql");
    private static final String PACKAGES =
            "mariadb-server opendmarc libdbd-mysql-perl libswitch-perl libjson-perl libwww-perl";

    private final Path directory;
    private final PrivateMariaDb database;

    private OpenDmarcTools(Path directory, PrivateMariaDb database) {
        this.directory = directory;
        this.database = database;
    }

    /** Fails where they are not installed, or skips the test if peers are optional. */
    public static void areNeeded() {
        boolean complete = Stream.of("import", "reports")
                        .allMatch(name -> Files.isExecutable(Path.of("/usr/sbin/opendmarc-" + name)))
                && Files.isReadable(SCHEMA)
                && Files.isExecutable(Path.of("/usr/sbin/mariadbd"))
                && runs("mariadb", "--version")
                && runs("perl", "-MDBD::mysql", "-MSwitch", "-MJSON", "-MLWP::UserAgent", "-e1");
        if (!complete && "optional".equals(System.getProperty("peers"))) {
            abort("without " + PACKAGES);
        }
        if (!complete) {
            fail("this test needs its peers: apt-get install " + PACKAGES + " (or skip it by -Dpeers=optional)");
        }
    }

    private static boolean runs(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Starts the server. */
    public static OpenDmarcTools start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("dmarc-milter-test");
        PrivateMariaDb database = PrivateMariaDb.start(directory);
        database.sql(Files.readString(SCHEMA)
                + "CREATE USER opendmarc@localhost IDENTIFIED BY 'test';"
                + "CREATE USER opendmarc@'127.0.0.1' IDENTIFIED BY 'test';"
                + "GRANT ALL ON opendmarc.* TO opendmarc@localhost;"
                + "GRANT ALL ON opendmarc.* TO opendmarc@'127.0.0.1';");
        return new OpenDmarcTools(directory, database);
    }

    public PrivateMariaDb database() {
        return database;
    }

    /**
     * Runs {@code opendmarc-import}.
     *
     * @param whole whether it must get to the file's end, or must not: then the error's number is its exit code
     * @return what it complained about
     */
    public List<String> importFile(Path history, boolean whole) throws IOException, InterruptedException {
        return run(directory, whole, List.of("opendmarc-import", "--input=" + history));
    }

    /**
     * Runs {@code opendmarc-reports --test} about the last two days.
     *
     * @param folder gets the reports, as {@code ORG!DOMAIN!BEGIN!END.xml}
     * @param smtpPort where a server greets: it connects, though it sends nothing
     * @return what it would have done
     */
    public List<String> reports(Path folder, int smtpPort) throws IOException, InterruptedException {
        return run(
                folder,
                true,
                List.of(
                        "opendmarc-reports",
                        "--test",
                        "--utc",
                        "--interval=172800",
                        "--report-email=reports@rep.example",
                        "--report-org=rep.example",
                        "--smtp-server=127.0.0.1",
                        "--smtp-port=" + smtpPort));
    }

    private List<String> run(Path folder, boolean succeeds, List<String> script)
            throws IOException, InterruptedException {
        Path errors = directory.resolve("errors");
        List<String> command = new ArrayList<>(script);
        command.set(0, "/usr/sbin/" + script.get(0));
        command.addAll(List.of(
                "--dbhost=127.0.0.1",
                "--dbport=" + database.port(),
                "--dbname=opendmarc",
                "--dbuser=opendmarc",
                "--dbpasswd=test"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("TZ", "UTC");
        Process process = builder.start();
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail(command + " does not end");
        }
        assertEquals(succeeds, process.exitValue() == 0, () -> command + ": " + text(errors));
        return Files.readAllLines(errors);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        database.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
