package org.dmarcmilter.container;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.ContainerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dmarcmilter.container.ImageUnderTest.Ended;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;

/** The image by itself: who it runs as, how it is configured, how it starts, stops and fails. */
class DockerImageIT {
    private static final Duration LOG_LIMIT = Duration.ofSeconds(20);

    @BeforeAll
    static void build() {
        Engine.require();
        ImageUnderTest.build();
    }

    @Test
    void addsLittleToItsBase() throws Exception {
        try (GenericContainer<?> container = ImageUnderTest.container()) {
            container.start();
            // The Dockerfile adds the distribution and the class archive; the rest is the base image's.
            String sizes = output(container, "du", "-sbc", "/opt/dmarc-milter", "/var/cache/dmarc-milter");
            long ours = Long.parseLong(sizes.lines().toList().get(2).replaceFirst("\\D.*", ""));
            long all =
                    Engine.client().inspectImageCmd(ImageUnderTest.NAME).exec().getSize();
            System.out.printf(
                    Locale.ROOT,
                    "Docker image: %.1f MB, of which %.1f MB are dmarc-milter's and the rest its base image's%n",
                    all / 1e6,
                    ours / 1e6);
            assertTrue(ours < 31_000_000, sizes);
        }
    }

    @Test
    void saysWhatItIs() {
        ContainerConfig config =
                Engine.client().inspectImageCmd(ImageUnderTest.NAME).exec().getConfig();
        assertEquals("8893:8893", config.getUser());
        assertEquals(
                List.of("/opt/dmarc-milter/docker/healthcheck"),
                config.getHealthcheck().getTest().subList(1, 2));
    }

    @Test
    void runsWithoutRightsOnAReadOnlyFileSystem() throws Exception {
        try (GenericContainer<?> container = ImageUnderTest.container()) {
            container.start();
            assertEquals("8893", output(container, "id", "-u").strip());
            assertEquals("0000000000000000", output(container, "awk", "/^CapEff/ { printf $2 }", "/proc/1/status"));
            assertNotEquals(
                    0,
                    container.execInContainer("touch", "/opt/dmarc-milter/file").getExitCode());
            assertTrue(container.getLogs().contains("listening on inet:8893@0.0.0.0"), container::getLogs);
        }
    }

    @Test
    void theDaemonIsTheFirstProcessAndUsesTheClassArchive() throws Exception {
        try (GenericContainer<?> container = ImageUnderTest.container()) {
            container.start();
            assertTrue(output(container, "readlink", "/proc/1/exe").strip().endsWith("/bin/java"));
            String maps = output(container, "cat", "/proc/1/maps");
            assertTrue(maps.contains("/var/cache/dmarc-milter/classes-"), maps);
        }
    }

    @Test
    void stopsBySigtermWithItsWorkDone() {
        try (GenericContainer<?> container = ImageUnderTest.container()) {
            container.start();
            Engine.client()
                    .stopContainerCmd(container.getContainerId())
                    .withTimeout(20)
                    .exec();
            assertEquals(0L, container.getCurrentContainerInfo().getState().getExitCodeLong());
            assertTrue(container.getLogs().contains("terminating with status 0"), container::getLogs);
        }
    }

    @Test
    void startsAgainAfterAStop() {
        try (GenericContainer<?> container = ImageUnderTest.container()) {
            container.start();
            Engine.client()
                    .restartContainerCmd(container.getContainerId())
                    .withTimeout(20)
                    .exec();
            await("healthy again").atMost(LOG_LIMIT.multipliedBy(3)).until(container::isHealthy);
            assertEquals(2, container.getLogs().split("listening on inet:8893", -1).length - 1, container::getLogs);
        }
    }

    @Test
    void startsAgainAfterAKillOnItsUnixSocket() {
        try (GenericContainer<?> container = ImageUnderTest.container()
                .withTmpFs(Map.of("/tmp", "", "/run/dmarc-milter", "uid=8893"))
                .withEnv("DMARC_SOCKET", "local:/run/dmarc-milter/milter.sock")) {
            container.start();
            Engine.client().killContainerCmd(container.getContainerId()).exec();
            await("killed").atMost(LOG_LIMIT).until(() -> !container.isRunning());
            Engine.client().startContainerCmd(container.getContainerId()).exec();
            await("healthy again").atMost(LOG_LIMIT.multipliedBy(3)).until(container::isHealthy);
        }
    }

    @Test
    void aVariableWinsOverTheFile(@TempDir Path directory) {
        // Without an end of the last line, which must not be glued to what follows.
        Path file = configuration(directory, "Socket inet:7001@0.0.0.0\nAuthservID file.example");
        try (GenericContainer<?> container = ImageUnderTest.container(file)
                .withEnv("DMARC_SOCKET", "inet:7002@0.0.0.0")
                .withEnv("DMARC_TRUSTEDAUTHSERVIDS", "one.example, two.example")
                .withEnv("DMARC_MILTER_JAVA_OPTS", "-Dof.the.launcher=yes")
                .withEnv("DMARC_USERID", "")) {
            container.start();
            assertTrue(container.getLogs().contains("listening on inet:7002@0.0.0.0"), container::getLogs);
            assertTrue(
                    container.getLogs().contains("trusted authentication services: one.example, two.example"),
                    container::getLogs);
        }
    }

    @Test
    void theHealthCheckFollowsMetricsSocket() throws Exception {
        try (GenericContainer<?> container =
                ImageUnderTest.container().withEnv("DMARC_METRICSSOCKET", "inet:7003@0.0.0.0")) {
            container.start();
            assertEquals("HTTP/1.1 200 OK\n", output(container, "/opt/dmarc-milter/docker/healthcheck"));
        }
    }

    @Test
    void theMountedFileIsReadAgainOnSighup(@TempDir Path directory) {
        Path file = configuration(directory, "AuthservID one.example\n");
        try (GenericContainer<?> container =
                ImageUnderTest.container(file).withEnv("DMARC_REJECTSTRING", "ticket #1 for %s")) {
            container.start();
            configuration(directory, "AuthservID two.example\n");
            reload(container, "configuration reloaded from " + ImageUnderTest.CONFIGURATION);
            configuration(directory, "RejectFailures perhaps\n");
            reload(container, ":1: RejectFailures: illegal value \"perhaps\"");
            assertTrue(container.isRunning());
        }
    }

    /** As most editors do: they write another file and give it the name. The mount holds the one before. */
    @Test
    void saysThatItCannotSeeAFileThatWasReplaced(@TempDir Path directory) throws IOException {
        Path file = configuration(directory, "AuthservID one.example\n");
        try (GenericContainer<?> container = ImageUnderTest.container(file)) {
            container.start();
            Files.move(file, directory.resolve("dmarc-milter.conf~"));
            configuration(directory, "AuthservID two.example\n");
            reload(container, "another file has taken its place where it is mounted from");
            assertTrue(container.isRunning());
        }
    }

    @Test
    void aReloadSeesAFileThatWasReplacedInAMountedDirectory(@TempDir Path directory) throws IOException {
        Path file = configuration(directory, "AuthservID one.example\n");
        try (GenericContainer<?> container = ImageUnderTest.container()
                .withFileSystemBind(directory.toString(), "/etc/dmarc-milter", BindMode.READ_ONLY)) {
            container.start();
            Files.delete(file);
            configuration(directory, "RejectFailures perhaps\n");
            reload(container, ":1: RejectFailures: illegal value \"perhaps\"");
            Files.move(file, directory.resolve("dmarc-milter.conf~"));
            configuration(directory, "AuthservID two.example\n");
            reload(container, "configuration reloaded from " + ImageUnderTest.CONFIGURATION);
        }
    }

    @Test
    void saysWhichFileItMayNotRead(@TempDir Path directory) throws Exception {
        Path file = configuration(directory, "RejectFailures true\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Ended ended = ImageUnderTest.run(List.of(), file, "-n");
        assertEquals(78, ended.exitCode(), ended::toString);
        assertEquals(
                "dmarc-milter: " + ImageUnderTest.CONFIGURATION
                        + ": Permission denied; user 8893 must be able to read it\n",
                ended.errors());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            not a boolean      | DMARC_REJECTFAILURES=perhaps | DMARC_REJECTFAILURES: RejectFailures: illegal value "perhaps". Write true or false.
            no such option     | DMARC_REJECTFAILURE=true     | DMARC_REJECTFAILURE: "REJECTFAILURE": unrecognized parameter. Did you mean RejectFailures?
            two lines          | DMARC_REJECTSTRING=a\\nSocket b | DMARC_REJECTSTRING: RejectString: line break
            """)
    void refusesABadVariable(String reason, String variable, String message) {
        Ended ended = ImageUnderTest.run(List.of(variable.replace("\\n", "\n")));
        assertEquals(78, ended.exitCode(), ended::toString);
        assertTrue(ended.errors().contains(message), ended::toString);
        assertEquals("", ended.output());
    }

    @Test
    void saysThatThereIsNoIpv6() {
        Ended ended = ImageUnderTest.run(
                List.of("DMARC_SOCKET=inet6:8893", "DMARC_MILTER_JAVA_OPTS=-Djava.net.preferIPv4Stack=true"));
        assertEquals(69, ended.exitCode(), ended::toString);
        assertEquals("dmarc-milter: Socket: cannot listen on inet6:8893: this machine has no IPv6\n", ended.errors());
    }

    @Test
    void checksAConfigurationAndPrintsItsVersion() {
        Ended checked = ImageUnderTest.run(List.of("DMARC_REJECTFAILURES=true"), "-n");
        assertEquals(0, checked.exitCode(), checked::toString);
        Ended version = ImageUnderTest.run(List.of(), "-V");
        assertEquals(0, version.exitCode(), version::toString);
        assertTrue(version.output().startsWith("dmarc-milter: dmarc-milter v"), version::toString);
    }

    @Test
    void runsTheCommands() {
        Ended ended = ImageUnderTest.run(
                List.of("DMARC_NAMESERVERS=127.0.0.1:1", "DMARC_DNSTIMEOUT=1"), "check", "example.com");
        assertEquals(70, ended.exitCode(), ended::toString);
        assertTrue(ended.errors().contains("example.com"), ended::toString);
    }

    /** A file that everybody may read, also in a container. */
    private static Path configuration(Path directory, String lines) {
        try {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path file = Files.writeString(directory.resolve("dmarc-milter.conf"), lines);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void reload(GenericContainer<?> container, String expected) {
        Engine.client()
                .killContainerCmd(container.getContainerId())
                .withSignal("HUP")
                .exec();
        await(expected).atMost(LOG_LIMIT).until(() -> container.getLogs().contains(expected));
    }

    private static String output(GenericContainer<?> container, String... command)
            throws IOException, InterruptedException {
        var result = container.execInContainer(command);
        assertEquals(0, result.getExitCode(), result::toString);
        return result.getStdout();
    }
}
