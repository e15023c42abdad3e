package org.dmarcmilter.sidebyside;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether reply, header field, log line and history record tell the same story. Where the programs judge a message
 * differently, this is what the consequences are measured by, instead of OpenDMARC's.
 */
final class Coherence {
    private static final Pattern JUDGED = Pattern.compile(
            ".*; dmarc=(\\w+)(?: \\(p=(\\w+) dis=(\\w+)\\))?(?: header\\.from=(\\S+))?(?: policy\\.dmarc=(\\w+))?");
    private static final Map<String, String> FAILURE_CODES = Map.of("reject", "16", "quarantine", "17", "none", "18");

    private final Outcome outcome;
    private final List<String> problems = new ArrayList<>();

    private Coherence(Outcome outcome) {
        this.outcome = outcome;
    }

    /** What does not fit together in dmarc-milter's answers; empty if all does. */
    static List<String> problems(Outcome outcome) {
        Coherence coherence = new Coherence(outcome);
        coherence.reply();
        coherence.field();
        return coherence.problems;
    }

    private void reply() {
        boolean refused = outcome.get("reply").matches("eom: (\\d.*|reject|tempfail)");
        boolean again = outcome.get("reply").startsWith("eom: 4");
        boolean held = !outcome.get("quarantine").isEmpty();
        boolean atEnd = outcome.get("reply").startsWith("eom: ");
        expect("a refused message has no result field", !refused || !hasField());
        expect(
                "a message that is held is accepted",
                !held || outcome.get("reply").equals("eom: accept"));
        if (outcome.fields().containsKey("history.action")) {
            expect(
                    "action " + outcome.get("history.action"),
                    outcome.get("history.action").equals(again ? "3" : refused ? "0" : held ? "4" : "2"));
        }
        boolean ignored = !outcome.get("log.ignored").isEmpty();
        expect(
                "every message that is judged and delivered has a result field",
                refused || ignored || !atEnd || hasField());
    }

    private boolean hasField() {
        return outcome.fields().containsKey("header.Authentication-Results.dmarc");
    }

    private void field() {
        Matcher field = JUDGED.matcher(outcome.get("header.Authentication-Results.dmarc"));
        if (!field.matches()) {
            expect("the result field can be read", !hasField());
            return;
        }
        String result = field.group(1);
        String log = outcome.get("log.result");
        if (result.equals("permerror")) {
            expect(
                    "permerror without record in the history",
                    outcome.get("history").isEmpty());
            return;
        }
        expect("result in the log", log.endsWith(": " + field.group(4) + " " + result));
        if (field.group(2) != null) {
            expect(
                    "policy.dmarc is p, or what pct leaves of it",
                    (field.group(2) + " " + field.group(5)).matches("(\\w+) \\1|reject quarantine|quarantine none"));
            expect(
                    "dis is what is done",
                    field.group(3).equals(outcome.get("quarantine").isEmpty() ? "none" : "quarantine"));
        }
        if (!outcome.get("history").isEmpty()) {
            String code = switch (result) {
                case "pass" -> "15";
                case "fail" -> FAILURE_CODES.get(field.group(2));
                default -> "14";
            };
            expect("policy code for " + result, outcome.get("history.policy").equals(code));
            expect(
                    "the author domain in the history",
                    outcome.get("history.from").equals(field.group(4)));
            boolean aligned = outcome.get("history.align_dkim").equals("4")
                    || outcome.get("history.align_spf").equals("4");
            expect("alignment makes a pass", aligned == result.equals("pass"));
        }
    }

    private void expect(String what, boolean holds) {
        if (!holds) {
            problems.add(what);
        }
    }
}
