package org.dmarcmilter.container;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Postfix and the sidecar alone, which verifies DKIM itself. */
class DockerOneMilterIT extends MailThroughTheSidecar {
    @Override
    List<String> composeFiles() {
        return List.of("compose.yaml", "compose.one-milter.yaml");
    }

    @Override
    String verifier() {
        return "mx.local.test";
    }

    @Test
    void thereIsNoOpenDkim() {
        assertFalse(inPostfix("postconf", "smtpd_milters").contains("opendkim"));
    }
}
