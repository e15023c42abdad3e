package org.dmarcmilter.sidebyside;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.dmarcmilter.testing.MilterPeer;
import org.dmarcmilter.testing.MilterPeer.EndOfMessage;
import org.dmarcmilter.testing.MilterPeer.Reply;

/**
 * What a filter said to one message in one connection.
 *
 * @param actions the rights it asked for
 * @param stage the command that got the last reply
 * @param edits changes of the message, in order
 * @param last the reply that decided
 */
record Dialogue(int actions, String stage, List<Reply> edits, Reply last) {
    /** One command, and the macros that Postfix sends before it. */
    private record Step(String name, char command, Map<String, String> macros, Function<MilterPeer, Reply> say) {}

    /** Plays one message to the filter on that unix socket, as Postfix does. */
    static Dialogue play(Path socket, Mail mail) {
        try (MilterPeer mta = MilterPeer.connect("unix:" + socket).gathering()) {
            for (Step step : steps(mail)) {
                if (mta.wants(step.command)) {
                    mta.macros(step.command, step.macros);
                    Reply reply = step.say.apply(mta);
                    // SMFIR_SKIP ends the body, SMFIR_CONTINUE nothing.
                    if ("cs".indexOf(reply.code()) < 0) {
                        return new Dialogue(mta.actions(), step.name, List.of(), reply);
                    }
                }
            }
            mta.macros('E', Map.of("i", mail.job()));
            EndOfMessage answer = mta.endOfMessage();
            return new Dialogue(mta.actions(), "eom", answer.edits(), answer.verdict());
        } catch (UncheckedIOException e) {
            throw new UncheckedIOException(mail + ": " + e.getMessage(), e.getCause());
        }
    }

    private static List<Step> steps(Mail mail) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                "connect",
                'C',
                Map.of("j", mail.mtaName()),
                mta -> mta.client(mail.clientHost(), mail.clientAddress())));
        steps.add(new Step("helo", 'H', Map.of(), mta -> mta.helo(mail.helo())));
        steps.add(new Step("mail", 'M', mail.mailMacros(), mta -> mta.mail(mail.sender(), Map.of())));
        steps.add(new Step("rcpt", 'R', Map.of(), mta -> mta.rcpt("rcpt@receiver.test")));
        steps.add(new Step("data", 'T', Map.of("i", mail.job()), MilterPeer::data));
        mail.fields()
                .forEach(field ->
                        steps.add(new Step("header", 'L', Map.of(), mta -> mta.field(field.name(), field.value()))));
        steps.add(new Step("eoh", 'N', Map.of(), MilterPeer::endOfHeaders));
        steps.add(new Step("body", 'B', Map.of(), mta -> mta.body("Hello\r\n")));
        return steps;
    }
}
