package org.dmarcmilter.container;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.api.model.Volume;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** The image that {@code docker/Dockerfile} makes of the distribution this build left. */
final class ImageUnderTest {
    static final String NAME = "dmarc-milter:under-test";

    static final String CONFIGURATION = "/etc/dmarc-milter/dmarc-milter.conf";

    private static final Duration HEALTHY_LIMIT = Duration.ofSeconds(60);
    private static final long END_LIMIT_SECONDS = 60;

    private ImageUnderTest() {}

    /** Builds it, through Compose and its file. */
    static void build() {
        Path distribution = Path.of("target/dmarc-milter/bin/dmarc-milter");
        assertTrue(Files.isExecutable(distribution), () -> distribution + " is missing: run mvn -DskipTests package");
        ComposeProject.build("dmarc-milter", Engine.buildVariables());
    }

    /** A container, not yet started, that has nothing to write on but /tmp, no rights, and is ready when healthy. */
    static GenericContainer<?> container() {
        return new GenericContainer<>(NAME)
                .withTmpFs(Map.of("/tmp", ""))
                .withCreateContainerCmdModifier(command -> {
                    // Only the pace is the test's; what is asked stands in the image.
                    command.withHealthcheck(new HealthCheck().withInterval(TimeUnit.SECONDS.toNanos(1)));
                    command.getHostConfig()
                            .withReadonlyRootfs(true)
                            .withCapDrop(Capability.ALL)
                            .withSecurityOpts(List.of("no-new-privileges"));
                })
                .waitingFor(Wait.forHealthcheck().withStartupTimeout(HEALTHY_LIMIT));
    }

    /** The same with a configuration file of this machine mounted. */
    static GenericContainer<?> container(Path configuration) {
        return container().withFileSystemBind(configuration.toString(), CONFIGURATION, BindMode.READ_ONLY);
    }

    /** How a container ended. */
    record Ended(int exitCode, String output, String errors) {}

    /** Runs a container to its end. */
    static Ended run(List<String> environment, String... arguments) {
        return run(environment, HostConfig.newHostConfig(), arguments);
    }

    /** The same with a configuration file of this machine mounted. */
    static Ended run(List<String> environment, Path configuration, String... arguments) {
        Bind bind = new Bind(configuration.toString(), new Volume(CONFIGURATION), AccessMode.ro);
        return run(environment, HostConfig.newHostConfig().withBinds(bind), arguments);
    }

    private static Ended run(List<String> environment, HostConfig hostConfig, String... arguments) {
        var client = Engine.client();
        CreateContainerResponse container = client.createContainerCmd(NAME)
                .withEnv(environment)
                .withHostConfig(hostConfig)
                .withCmd(arguments)
                .exec();
        try {
            client.startContainerCmd(container.getId()).exec();
            int code = client.waitContainerCmd(container.getId())
                    .exec(new WaitContainerResultCallback())
                    .awaitStatusCode(END_LIMIT_SECONDS, TimeUnit.SECONDS);
            return new Ended(
                    code, log(container.getId(), StreamType.STDOUT), log(container.getId(), StreamType.STDERR));
        } finally {
            client.removeContainerCmd(container.getId()).withForce(true).exec();
        }
    }

    private static String log(String container, StreamType stream) {
        StringBuilder text = new StringBuilder();
        try {
            Engine.client()
                    .logContainerCmd(container)
                    .withStdOut(true)
                    .withStdErr(true)
                    .exec(new ResultCallback.Adapter<Frame>() {
                        @Override
                        public void onNext(Frame frame) {
                            if (frame.getStreamType() == stream) {
                                text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
                            }
                        }
                    })
                    .awaitCompletion();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }
}
