package org.dmarcmilter.container;

import com.github.dockerjava.api.exception.DockerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code docker/compose.yaml} builds from where nobody says something else: images of a registry, which are gone again
 * after the test where they were not there before; or, where none can be reached, those of {@code src/test/peers/docker-engine}.
 */
final class StandIns implements AutoCloseable {
    private static final Map<String, String> LOCAL = Map.of(
            "BASE_IMAGE", Engine.LOCAL_BASE,
            "DEBIAN_IMAGE", Engine.LOCAL_BASE,
            "BUILD_IMAGE", Engine.LOCAL_MAVEN);
    private static final Pattern DEFAULT = Pattern.compile("\\$\\{(\\w+):-([^}]+:[^}]+)}");

    private final List<String> pulled = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();

    private StandIns() {}

    static StandIns forComposeFile() {
        StandIns result = new StandIns();
        Matcher images = DEFAULT.matcher(composeFile());
        while (images.find()) {
            String name = images.group(2);
            if (result.variables.containsKey(images.group(1)) || Engine.has(name)) {
                continue;
            }
            if (pull(name)) {
                result.pulled.add(name);
            } else {
                result.variables.put(images.group(1), local(images.group(1), name));
            }
        }
        return result;
    }

    /** Variables of the Compose file; none where its own words hold. */
    Map<String, String> variables() {
        return variables;
    }

    private static String composeFile() {
        try {
            return Files.readString(ComposeProject.FOLDER.resolve("compose.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean pull(String name) {
        try {
            Engine.client().pullImageCmd(name).start().awaitCompletion();
            return Engine.has(name);
        } catch (DockerException unreachable) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String local(String variable, String name) {
        String local = LOCAL.get(variable);
        if (!Engine.has(local)) {
            Engine.missing("neither " + name + " nor " + local + " is there");
        }
        System.out.println("Docker image " + local + " stands in for " + name);
        return local;
    }

    @Override
    public void close() {
        pulled.forEach(name -> Engine.client().removeImageCmd(name).exec());
    }
}
