package org.dmarcmilter.container;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

/**
 * Postfix talks to the sidecar over the network of the containers. No variable says what to build from, as in the README:
 * the image is built from source, in a container.
 */
class DockerComposeIT extends MailThroughTheSidecar {
    private StandIns standIns;

    @Override
    List<String> composeFiles() {
        return List.of("compose.yaml");
    }

    @Override
    Map<String, String> buildVariables() {
        return Map.of();
    }

    @Override
    void prepare() {
        System.out.println(ComposeProject.version().orElseThrow());
        standIns = StandIns.forComposeFile();
    }

    @AfterAll
    void forgetStandIns() {
        if (standIns != null) {
            standIns.close();
        }
    }
}
