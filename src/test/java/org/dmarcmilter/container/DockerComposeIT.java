package org.dmarcmilter.container;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

/**
 * Postfix talks to the sidecar over the network of the containers. The image is built from source, in a container, as in the README:
 * no variable says what to build from, where a registry can be reached.
 */
class DockerComposeIT extends MailThroughTheSidecar {
    private StandIns standIns;

    @Override
    List<String> composeFiles() {
        return List.of("compose.yaml");
    }

    @Override
    Map<String, String> buildVariables() {
        Map<String, String> variables = new HashMap<>(standIns.variables());
        // Somebody's own image of that name stays as it is.
        variables.put("IMAGE", ImageUnderTest.NAME);
        return variables;
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
