package org.dmarcmilter.container;

import java.util.List;

/** Postfix talks to the sidecar over the network of the containers. */
class DockerComposeIT extends MailThroughTheSidecar {
    @Override
    List<String> composeFiles() {
        return List.of("compose.yaml");
    }
}
