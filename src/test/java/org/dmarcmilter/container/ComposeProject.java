package org.dmarcmilter.container;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.testcontainers.containers.ContainerState;

/**
 * The services of a Compose file, run by {@code docker compose} as a user runs it. Testcontainers' own Compose support
 * wants helper images from a registry, which need not be there.
 */
final class ComposeProject implements AutoCloseable {
    private static final List<String> PROGRAM = List.of("docker", "compose");
    static final Path FOLDER = Path.of("docker").toAbsolutePath();
    private static final Path ADDED_BY_TESTS =
            Path.of("src/test/resources/container/compose.test.yaml").toAbsolutePath();
    private static final Duration HEALTHY_LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final List<Path> files;
    private final Map<String, String> variables;

    private ComposeProject(String name, List<Path> files, Map<String, String> variables) {
        this.name = name;
        this.files = files;
        this.variables = variables;
    }

    /** Which Compose this is, if it is there. */
    static Optional<String> version() {
        try {
            Process process = new ProcessBuilder(Stream.concat(PROGRAM.stream(), Stream.of("version"))
                            .toList())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output.strip()) : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Builds the image of one service. */
    static void build(String service, Map<String, String> variables) {
        new ComposeProject("dmarc-milter-build", List.of(FOLDER.resolve("compose.yaml")), variables)
                .compose("build", service);
    }

    /**
     * Builds what is missing and starts everything.
     *
     * @param files names of files in {@code docker/}, the later ones change the earlier ones
     */
    static ComposeProject up(TestNetwork network, List<String> files, Map<String, String> variables) {
        List<Path> paths = Stream.concat(files.stream().map(FOLDER::resolve), Stream.of(ADDED_BY_TESTS))
                .toList();
        Map<String, String> all = new HashMap<>(variables);
        all.put("NETWORK", network.name());
        all.put("NAME_SERVER", network.nameServer());
        // Any free port of the loopback interface, because 2525 may be in use.
        all.put("MAIL_PORT", "0");
        ComposeProject project = new ComposeProject("dmarc-milter-" + network.name(), paths, all);
        try {
            project.compose("up", "--detach", "--build");
        } catch (AssertionError e) {
            project.close();
            throw e;
        }
        return project;
    }

    /** The running container of a service. */
    ContainerState service(String service) {
        String id = compose("ps", "--quiet", service).strip();
        return new ComposeService(id);
    }

    void stop(String service) {
        compose("stop", service);
    }

    /** Starts a stopped service and waits until it is healthy. */
    void start(String service) {
        compose("start", service);
        ContainerState container = service(service);
        await(service + " is healthy").atMost(HEALTHY_LIMIT).until(container::isHealthy);
    }

    /** The output of a line of shell in which {@code docker compose} means this project, after it ended well. */
    String shell(String line) {
        return run(
                List.of("sh", "-c", line),
                Map.of(
                        "COMPOSE_PROJECT_NAME",
                        name,
                        "COMPOSE_FILE",
                        files.stream().map(Path::toString).collect(Collectors.joining(":"))));
    }

    @Override
    public void close() {
        compose("down", "--volumes", "--remove-orphans");
    }

    /** Its output, after it ended well. */
    private String compose(String... arguments) {
        List<String> command = new ArrayList<>(PROGRAM);
        command.addAll(List.of("--project-name", name));
        files.forEach(file -> command.addAll(List.of("--file", file.toString())));
        command.addAll(List.of(arguments));
        return run(command, Map.of());
    }

    private String run(List<String> command, Map<String, String> more) {
        try {
            Path errors = Files.createTempFile("compose", ".err");
            try {
                ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
                builder.environment().putAll(variables);
                builder.environment().putAll(more);
                builder.environment().put("DOCKER_HOST", Engine.address());
                Process process = builder.start();
                process.getOutputStream().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(
                        0,
                        process.waitFor(),
                        () -> String.join(" ", command) + "\n" + output.substring(Math.max(0, output.length() - 4_000))
                                + read(errors));
                return output;
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A container that Compose started, with the questions that Testcontainers can ask any container. */
    private record ComposeService(String id) implements ContainerState {
        @Override
        public String getContainerId() {
            return id;
        }

        @Override
        public InspectContainerResponse getContainerInfo() {
            return getCurrentContainerInfo();
        }

        @Override
        public List<Integer> getExposedPorts() {
            return List.of();
        }
    }
}
