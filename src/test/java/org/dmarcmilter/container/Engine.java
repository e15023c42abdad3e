package org.dmarcmilter.container;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;

/** The Docker engine of this machine. */
final class Engine {
    /** What {@code src/test/peers/docker-engine} makes where no registry can be reached: Debian with Java 17. */
    static final String LOCAL_BASE = "dmarc-milter-base:bookworm";

    /** The same with Maven and a JDK. */
    static final String LOCAL_MAVEN = "dmarc-milter-base:maven";

    /** The base of the small images around ours, where a registry can be reached. */
    private static final String PUBLIC_DEBIAN = "debian:bookworm-slim";

    /** What the tests make, and leave to nobody. */
    private static final List<String> MADE = List.of(
            ImageUnderTest.NAME, "dmarc-milter-trial-postfix", "dmarc-milter-trial-opendkim", TestNetwork.IMAGE);

    private static boolean cleansUp;

    private Engine() {}

    /** Ends the test class here if no engine answers: skipped, or failed where the tests must not be skipped. */
    static void require() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            missing("no Docker engine answers");
        }
        if (ComposeProject.version().isEmpty()) {
            missing("\"docker compose\" is not there");
        }
        synchronized (MADE) {
            if (!cleansUp) {
                cleansUp = true;
                Runtime.getRuntime().addShutdownHook(new Thread(Engine::removeWhatWasMade));
            }
        }
    }

    private static void removeWhatWasMade() {
        List<String> command = new ArrayList<>(List.of("docker", "image", "rm", "--force"));
        command.addAll(MADE);
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("DOCKER_HOST", address());
            builder.start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static DockerClient client() {
        return DockerClientFactory.instance().client();
    }

    /** Where it answers, so that Compose asks the same engine. */
    static String address() {
        return DockerClientFactory.instance()
                .getTransportConfig()
                .getDockerHost()
                .toString();
    }

    /** The variables of {@code docker/compose.yaml} that make an image under test of what "mvn package" left. */
    static Map<String, String> buildVariables() {
        Map<String, String> ours = Map.of("IMAGE", ImageUnderTest.NAME, "PREBUILT", "yes");
        if (!has(LOCAL_BASE)) {
            return ours;
        }
        return Map.of(
                "IMAGE", ImageUnderTest.NAME,
                "PREBUILT", "yes",
                "BASE_IMAGE", LOCAL_BASE,
                "BUILD_IMAGE", LOCAL_BASE,
                "DEBIAN_IMAGE", LOCAL_BASE);
    }

    /** A Debian to install a peer in. */
    static String debian() {
        return has(LOCAL_BASE) ? LOCAL_BASE : PUBLIC_DEBIAN;
    }

    static boolean has(String image) {
        try {
            return client().inspectImageCmd(image).exec().getId() != null;
        } catch (NotFoundException e) {
            return false;
        }
    }

    /** Skips the test class, or fails it where the tests must not be skipped. */
    static void missing(String what) {
        if (System.getenv("CI") != null) {
            fail(what + ", and CI is set: the container tests must run (src/test/peers/docker-engine)");
        }
        abort(what + " (src/test/peers/docker-engine starts an engine on Debian)");
    }
}
