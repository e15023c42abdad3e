package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** OpenDMARC's test mode: its notation, its environment variables, its exit codes. */
class TestModeTest extends CommandTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "OPENDMARC_TEST_CLIENTIP", "192.0.2.10",
            "OPENDMARC_TEST_CLIENTHOST", "client.example",
            "OPENDMARC_TEST_HELOHOST", "example.com",
            "OPENDMARC_TEST_ENVFROM", "<u@example.com>");

    private int test(Screen screen, Map<String, String> environment, String... words) {
        List<String> arguments = new ArrayList<>(List.of("-c", config));
        arguments.addAll(List.of(words));
        return new DaemonCommand(screen.terminal(), environment).run(arguments);
    }

    private String message(String name, String text) throws IOException {
        return file(name, text).toString();
    }

    @Test
    void printsTheHeaderThatWouldBeInserted() throws IOException {
        Screen screen = new Screen();
        assertEquals(0, test(screen, Map.of(), "-t", message("m", "From: a@none.example\n\nbody")));
        assertEquals(
                "### INSHEADER: idx=0 hname='Authentication-Results' hvalue='mx.example.net; dmarc=fail (p=none dis=none)"
                        + " header.from=none.example policy.dmarc=none'\n",
                screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void printsTheResultsOfOwnDkim() throws IOException {
        configuration("DKIMSelfValidate yes");
        Screen screen = new Screen();
        assertEquals(0, test(screen, Map.of(), "-t", message("m", "From: a@none.example\n\nbody")));
        assertEquals(
                "### INSHEADER: idx=0 hname='Authentication-Results' hvalue='mx.example.net; dkim=none'\n"
                        + "### INSHEADER: idx=0 hname='Authentication-Results' hvalue='mx.example.net; dmarc=fail"
                        + " (p=none dis=none) header.from=none.example policy.dmarc=none'\n",
                screen.out());
    }

    @Test
    void refusesAHeaderSectionThatTheDaemonRefuses() throws IOException {
        configuration("RejectFailures yes");
        Screen screen = new Screen();
        assertEquals(0, test(screen, Map.of(), "-t", message("m", "From: a@none.example\n" + "X: y\n".repeat(2_000))));
        assertEquals(
                "### SETREPLY: rcode='550' xcode='5.3.4' replytxt='header section too large to be checked'\n",
                screen.out());
    }

    @Test
    void printsTheReplyAndTheExitCodeSaysNothingOfIt() throws IOException {
        configuration("RejectFailures yes", "SoftwareHeader yes");
        Screen screen = new Screen();
        assertEquals(0, test(screen, Map.of(), "-v", "-t", message("m", "From: a@example.com\n")));
        assertTrue(
                screen.out()
                        .endsWith(
                                "### SETREPLY: rcode='550' xcode='5.7.1' replytxt='rejected by DMARC policy for example.com'\n"),
                screen.out());
        assertTrue(
                screen.out().startsWith("### INSHEADER: idx=0 hname='DMARC-Filter' hvalue='dmarc-milter v"),
                screen.out());
        assertTrue(screen.out().contains(" DEBUG-j via "), "macros read as DEBUG- and their name");
        assertTrue(screen.out().contains(" DEBUG-i'\n"), "macros read as DEBUG- and their name");
        assertTrue(screen.err().endsWith(": mlfi_eom() returned SMFIS_REJECT\n"), screen.err());
    }

    @Test
    void printsTheFurtherRecipientAndNothingForAQuarantine() throws IOException {
        configuration("CopyFailuresTo p@example.net", "HoldQuarantinedMessages yes");
        Screen screen = new Screen();
        assertEquals(0, test(screen, Map.of(), "-t", message("m", "From: a@held.example\n")));
        assertEquals(
                "### INSHEADER: idx=0 hname='Authentication-Results' hvalue='mx.example.net; dmarc=fail (p=quarantine"
                        + " dis=quarantine) header.from=held.example policy.dmarc=quarantine'\n"
                        + "### ADDRCPT: 'p@example.net'\n",
                screen.out());
    }

    @Test
    void verboseNamesTheFileUnlessTheCallbackContinues() throws IOException {
        String accepted = message("accepted", "From: a@none.example\n");
        String continued = message("continued", "From: a@example.com\n");
        Screen screen = new Screen();
        assertEquals(0, test(screen, Map.of(), "-v", "-t", accepted + "," + continued));
        assertEquals("dmarc-milter: " + accepted + ": mlfi_eom() returned SMFIS_ACCEPT\n", screen.err());
        assertEquals(2, screen.out().lines().count());
    }

    @Test
    void theEnvironmentSaysWhoTheClientIs() throws IOException {
        configuration("SPFSelfValidate yes");
        String message = message("m", "From: a@example.com\n");
        Screen screen = new Screen();
        assertEquals(0, test(screen, ENVIRONMENT, "-t", message));
        assertTrue(screen.out().contains("'mx.example.net; spf=pass smtp.mailfrom=example.com'\n"), screen.out());
        assertTrue(screen.out().contains("dmarc=pass (p=reject dis=none)"), screen.out());
        Screen defaults = new Screen();
        assertEquals(0, test(defaults, Map.of(), "-t", message));
        assertTrue(
                defaults.out().contains("'mx.example.net; spf=none smtp.mailfrom=example.org'\n"),
                "127.0.0.1 and sender@example.org: " + defaults.out());
    }

    @Test
    void readsStandardInput() {
        Screen screen = new Screen("From: a@none.example\n\n");
        assertEquals(0, test(screen, Map.of(), "-t", "-"));
        assertTrue(screen.out().startsWith("### INSHEADER: "), screen.out());
    }

    @Test
    void writesNoHistoryAndNoPidFile() throws IOException {
        configuration("HistoryFile " + directory.resolve("history"), "PidFile " + directory.resolve("pid"));
        assertEquals(0, test(new Screen(), Map.of(), "-t", message("m", "From: a@example.com\n")));
        assertFalse(Files.exists(directory.resolve("history")));
        assertFalse(Files.exists(directory.resolve("pid")));
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        String missing = directory.resolve("missing").toString();
        Screen unreadable = new Screen();
        assertEquals(69, test(unreadable, Map.of(), "-t", missing));
        assertEquals("dmarc-milter: " + missing + ": fopen(): No such file or directory\n", unreadable.err());
        String malformed = message("malformed", "From: a@none.example\nnonsense\n");
        Screen screen = new Screen();
        assertEquals(65, test(screen, Map.of(), "-t", malformed));
        assertEquals("dmarc-milter: " + malformed + ": line 2: header malformed\n", screen.err());
        String empty = message("empty", "");
        Screen warned = new Screen();
        assertEquals(0, test(warned, Map.of(), "-t", empty));
        assertEquals("dmarc-milter: " + empty + ": warning: no headers on input\n", warned.err());
    }
}
