package org.dmarcmilter.container;

import com.github.dockerjava.api.exception.DockerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The images that {@code docker/compose.yaml} names where nobody names others: pulled, or, where no registry can be
 * reached, images of {@code src/test/peers/docker-engine} under their names for as long as the test runs.
 */
final class StandIns implements AutoCloseable {
    private static final Map<String, String> LOCAL = Map.of(
            "BASE_IMAGE", Engine.LOCAL_BASE,
            "DEBIAN_IMAGE", Engine.LOCAL_BASE,
            "BUILD_IMAGE", Engine.LOCAL_MAVEN);
    private static final Pattern DEFAULT = Pattern.compile("\\$\\{(\\w+):-([^}]+:[^}]+)}");

    private final List<String> tagged = new ArrayList<>();

    private StandIns() {}

    static StandIns forComposeFile() {
        StandIns result = new StandIns();
        Matcher images = DEFAULT.matcher(composeFile());
        while (images.find()) {
            String name = images.group(2);
            if (!Engine.has(name) && !pull(name)) {
                result.tag(LOCAL.get(images.group(1)), name);
            }
        }
        return result;
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

    private void tag(String local, String name) {
        if (!Engine.has(local)) {
            Engine.missing("neither " + name + " nor " + local + " is there");
        }
        String[] nameAndTag = name.split(":", 2);
        Engine.client().tagImageCmd(local, nameAndTag[0], nameAndTag[1]).exec();
        tagged.add(name);
        System.out.println("Docker image " + local + " stands in for " + name);
    }

    @Override
    public void close() {
        tagged.forEach(name -> Engine.client().removeImageCmd(name).exec());
    }
}
