package org.dmarcmilter.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.daemon.Assembly;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.judge.Verdict;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.ReversePath;

/** {@code -t}: judges message files and prints what would be done, in OpenDMARC's notation. Writes no history. */
final class TestMode {
    private final Terminal terminal;
    private final Map<String, String> environment;
    private final int verbosity;

    TestMode(Terminal terminal, Map<String, String> environment, int verbosity) {
        this.terminal = terminal;
        this.environment = environment;
        this.verbosity = verbosity;
    }

    int run(Configuration configuration, List<String> files) throws ConfigException {
        Rules rules = new Assembly().assemble(configuration).rules();
        for (String file : files) {
            try (MessageFile message = MessageFile.read(
                    file, terminal.in(), configuration.settings().service().maxHeaderBytes())) {
                judge(rules, file, message);
            } catch (IOException e) {
                terminal.err().println("dmarc-milter: " + file + ": fopen(): " + FileProblem.reason(e));
                return ExitCode.UNAVAILABLE;
            } catch (MessageFile.MalformedLineException e) {
                terminal.err().println("dmarc-milter: " + file + ": " + e.getMessage());
                return ExitCode.MALFORMED_INPUT;
            }
        }
        return ExitCode.OK;
    }

    private void judge(Rules rules, String file, MessageFile message) throws IOException {
        if (message.headers().fields().isEmpty()) {
            terminal.err().println("dmarc-milter: " + file + ": warning: no headers on input");
        }
        Optional<IpAddress> address = IpAddress.parse(variable("CLIENTIP", "127.0.0.1"));
        MessageFacts facts = new MessageFacts(
                "DEBUG-i",
                "DEBUG-j",
                new MessageFacts.Client(
                        variable("CLIENTHOST", "localhost"),
                        address,
                        OptionalInt.empty(),
                        variable("HELOHOST", "localhost")),
                ReversePath.parse(variable("ENVFROM", "<sender@example.org>")),
                Optional.empty(),
                message.headers(),
                AuthorDomain.of(message.headers()),
                message.incomplete());
        print(file, OneMessage.judge(rules, facts, message).judgement());
    }

    private String variable(String name, String otherwise) {
        return environment.getOrDefault("OPENDMARC_TEST_" + name, otherwise);
    }

    private void print(String file, Judgement judgement) {
        for (HeaderField field : judgement.headers()) {
            terminal.out().println("### INSHEADER: idx=0 hname='" + field.name() + "' hvalue='" + field.value() + "'");
        }
        judgement.copyTo().forEach(address -> terminal.out().println("### ADDRCPT: '" + address + "'"));
        Verdict verdict = judgement.verdict();
        if (verdict instanceof Verdict.Refuse refuse) {
            terminal.out()
                    .println("### SETREPLY: rcode='" + refuse.code() + "' xcode='" + refuse.enhancedCode()
                            + "' replytxt='" + refuse.text() + "'");
        }
        if (verbosity > 0 && !(verdict instanceof Verdict.Continue)) {
            terminal.err().println("dmarc-milter: " + file + ": mlfi_eom() returned " + status(verdict));
        }
    }

    private static String status(Verdict verdict) {
        if (verdict instanceof Verdict.Refuse refuse) {
            return refuse.code() < 500 ? "SMFIS_TEMPFAIL" : "SMFIS_REJECT";
        }
        return verdict instanceof Verdict.Reject ? "SMFIS_REJECT" : "SMFIS_ACCEPT";
    }
}
