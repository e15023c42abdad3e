package org.dmarcmilter.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** From nothing to a judged message in two commands, those of the first page. The build that runs this test is the first of them. */
class ReadmeIT {
    @Test
    @DisplayName("two commands, and a message is judged")
    void judgesAMessage() throws IOException, InterruptedException {
        List<String> commands = Page.README.block("## Try it").lines().toList();
        assertEquals(2, commands.size(), commands::toString);
        assertEquals("mvn -Dmaven.test.skip=true package", commands.get(0));
        Process shell = new ProcessBuilder(
                        "sh", "-c", commands.get(1).replace("target/dmarc-milter", System.getProperty("distribution")))
                .redirectErrorStream(true)
                .start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), printed);
        // Which result it is says the DNS, if there is one here.
        assertTrue(printed.contains("\nAuthor domain\n    example.com\n"), printed);
        assertTrue(
                printed.matches("(?s).*\nEvaluation\n    (pass|fail|none|temperror|permerror): .*\nVerdict\n.*"),
                printed);
    }
}
