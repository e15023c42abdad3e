package org.dmarcmilter.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Postfix and the sidecar share a volume with a unix socket. */
class DockerUnixSocketIT extends MailThroughTheSidecar {
    @Override
    List<String> composeFiles() {
        return List.of("compose.yaml", "compose.unix-socket.yaml");
    }

    @Test
    void onlyTheSharedGroupMayUseTheSocket() {
        assertTrue(sidecarLog().contains("listening on local:/run/dmarc-milter/milter.sock"), this::sidecarLog);
        assertEquals(
                "8893:8893 770",
                inPostfix("stat", "-c", "%u:%g %a", "/run/dmarc-milter/milter.sock")
                        .strip());
    }
}
