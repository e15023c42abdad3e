package org.dmarcmilter.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A MariaDB server of the test's own: in a folder of its own, on a free port of the loopback, as an unprivileged user. */
public final class PrivateMariaDb implements AutoCloseable {
    private final Path directory;
    private final int port;
    private final Process server;

    private PrivateMariaDb(Path directory, int port, Process server) {
        this.directory = directory;
        this.port = port;
        this.server = server;
    }

    /** Starts it and waits until it answers. The folder must be empty. */
    public static PrivateMariaDb start(Path directory) throws IOException, InterruptedException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Path data = Files.createDirectory(directory.resolve("data"));
        List<String> asUser = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            run(directory, "", List.of("chown", "mysql", data.toString()));
            asUser.add("--user=mysql");
        }
        List<String> install = new ArrayList<>(List.of(
                "mariadb-install-db",
                "--no-defaults",
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db"));
        install.addAll(asUser);
        run(directory, "", install);
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                "/usr/sbin/mariadbd",
                "--no-defaults",
                "--datadir=" + data,
                "--socket=" + data.resolve("s"),
                "--pid-file=" + data.resolve("pid"),
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--default-time-zone=+00:00",
                "--innodb-flush-log-at-trx-commit=0"));
        command.addAll(asUser);
        Process server = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        PrivateMariaDb database = new PrivateMariaDb(directory, port, server);
        await().atMost(Duration.ofSeconds(60)).until(() -> !server.isAlive() || database.answers());
        if (!server.isAlive()) {
            throw new IOException("mariadbd ended: " + Files.readString(directory.resolve("log")));
        }
        return database;
    }

    public int port() {
        return port;
    }

    /** Runs SQL and returns its rows, columns separated by tabs, NULL as such. */
    public List<String> sql(String statements) throws IOException, InterruptedException {
        return run(
                        directory,
                        statements,
                        List.of(
                                "mariadb",
                                "--no-defaults",
                                "--socket=" + directory.resolve("data/s"),
                                "--user=root",
                                "--batch",
                                "--raw",
                                "--skip-column-names",
                                "opendmarc"))
                .lines()
                .toList();
    }

    private boolean answers() throws IOException, InterruptedException {
        Process ping = new ProcessBuilder(
                        "mariadb",
                        "--no-defaults",
                        "--socket=" + directory.resolve("data/s"),
                        "--user=root",
                        "--execute=CREATE DATABASE IF NOT EXISTS opendmarc")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return ping.waitFor() == 0;
    }

    /** Runs a program to its end and returns its output; the files it needs for that are in the folder. */
    static String run(Path directory, String input, List<String> command) throws IOException, InterruptedException {
        Path in = Files.writeString(Files.createTempFile(directory, "in", ""), input);
        Path out = Files.createTempFile(directory, "out", "");
        Path errors = Files.createTempFile(directory, "err", "");
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " does not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(command + " ended with " + process.exitValue() + ": " + Files.readString(errors));
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        server.destroy();
        server.onExit().completeOnTimeout(server, 30, TimeUnit.SECONDS).join();
        server.destroyForcibly().onExit().join();
    }
}
