package org.dmarcmilter.sidebyside;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.dmarcmilter.testing.MilterPeer.Reply;

/**
 * What a program did with one message, as named fields:
 *
 * <ul>
 *   <li>{@code actions}: the rights it asked the MTA for
 *   <li>{@code reply}: the stage and the final reply, with its text
 *   <li>{@code quarantine}: the reason, if held
 *   <li>{@code recipient}: what was added
 *   <li>{@code header.NAME} or {@code header.NAME.METHOD}: index and value of an inserted field
 *   <li>{@code headers}: which were inserted, in order
 *   <li>{@code log.KIND}: a log line and its level; {@code logs}: which lines there were, in order
 *   <li>{@code history.KEY}: the values of a key of its history record, {@code history}: the keys, in order
 * </ul>
 */
record Outcome(Map<String, String> fields) {
    /** The kinds of log lines, by their text. The first that matches counts. */
    private static final Map<String, Pattern> LOG_KINDS = logKinds();

    /** In seconds. */
    private static final long LONGEST_TEST = 600;

    Outcome {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    private static Map<String, Pattern> logKinds() {
        Map<String, Pattern> kinds = new LinkedHashMap<>();
        kinds.put("implicit", Pattern.compile("^<.>implicit authentication service: "));
        kinds.put("ignored", Pattern.compile("^<.>([^ ]+: )?ignoring (connection|authenticated client|mail) ?"));
        kinds.put("untrusted", Pattern.compile("^<7>[^ ]+ ignoring "));
        kinds.put("arcfield", Pattern.compile("ignoring invalid ARC-"));
        kinds.put("required", Pattern.compile("RFC5322 requirement error"));
        kinds.put("from", Pattern.compile("multi-valued From|unable to parse From"));
        kinds.put("spf", Pattern.compile("^<.>[^ ]+: SPF\\("));
        kinds.put("arc", Pattern.compile(": ARC pass, "));
        kinds.put("record", Pattern.compile("opendmarc_policy_query_dmarc|DMARC record of .* is unusable"));
        kinds.put("result", Pattern.compile("^<.>[^ ]+: .* (pass|fail|none|temperror|permerror)$"));
        kinds.put("other", Pattern.compile(""));
        return kinds;
    }

    /**
     * Puts together what is known about a message.
     *
     * @param log all lines of the program
     * @param history all records of its history file, by job id
     */
    static Outcome of(Mail mail, Dialogue dialogue, List<String> log, Map<String, List<String>> history) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("actions", "0x" + Integer.toHexString(dialogue.actions()));
        fields.put("reply", dialogue.stage() + ": " + reply(dialogue.last()));
        edits(fields, dialogue.edits());
        log(fields, mail, log);
        history(fields, history.getOrDefault(mail.job(), List.of()));
        return new Outcome(fields);
    }

    /** The value of a field, empty if there is none. */
    String get(String field) {
        return fields.getOrDefault(field, "");
    }

    /** The DMARC result as logged; {@code unreadable} or {@code several} if the From field led to none; else empty. */
    String result() {
        String line = get("log.result");
        if (!line.isEmpty()) {
            return line.substring(line.lastIndexOf(' ') + 1);
        }
        if (!get("log.record").isEmpty()) {
            return "permerror";
        }
        if (get("log.from").isEmpty()) {
            return "";
        }
        return get("log.from").contains("multi-valued") ? "several" : "unreadable";
    }

    private static String reply(Reply reply) {
        return switch (reply.code()) {
            case 'a' -> "accept";
            case 'c' -> "continue";
            case 'r' -> "reject";
            case 't' -> "tempfail";
            case 'y' -> reply.text();
            default -> "reply " + reply.code();
        };
    }

    private static void edits(Map<String, String> fields, List<Reply> edits) {
        List<String> headers = new ArrayList<>();
        for (Reply edit : edits) {
            switch (edit.code()) {
                case 'i' -> headers.add(header(fields, edit.payload()));
                case 'q' -> fields.put("quarantine", edit.text());
                case '+' -> fields.put("recipient", edit.text());
                default -> fields.put("edit." + edit.code(), edit.text());
            }
        }
        fields.put("headers", String.join(" ", headers));
    }

    private static String header(Map<String, String> fields, String payload) {
        int index =
                ByteBuffer.wrap(payload.getBytes(StandardCharsets.ISO_8859_1)).getInt();
        String[] texts = payload.substring(4).split("\0", -1);
        String key = texts[0];
        for (String method : List.of("spf", "dmarc")) {
            if (texts[1].contains("; " + method + "=")) {
                key = texts[0] + "." + method;
            }
        }
        fields.put("header." + key, index + " " + texts[1]);
        return key;
    }

    /** Lines about a message have its job id in them, by whatever way: in front, in a domain, in a client's name. */
    private static void log(Map<String, String> fields, Mail mail, List<String> log) {
        Pattern mine = Pattern.compile("(?i)\\b" + mail.job() + "\\b");
        List<String> kinds = new ArrayList<>();
        for (String line : log) {
            if (mine.matcher(line).find()) {
                String kind = LOG_KINDS.entrySet().stream()
                        .filter(entry -> entry.getValue().matcher(line).find())
                        .findFirst()
                        .orElseThrow()
                        .getKey();
                String key = kinds.contains(kind) ? kind + (Collections.frequency(kinds, kind) + 1) : kind;
                kinds.add(kind);
                fields.put("log." + key, line);
            }
        }
        fields.put("logs", String.join(" ", kinds));
    }

    private static void history(Map<String, String> fields, List<String> record) {
        List<String> keys = new ArrayList<>();
        for (String line : record) {
            int space = line.indexOf(' ');
            String key = line.substring(0, space);
            String value = line.substring(space + 1);
            fields.merge("history." + key, key.equals("received") ? time(value) : value, (a, b) -> a + " | " + b);
            keys.add(key);
        }
        fields.put("history", String.join(" ", keys));
    }

    /** The two programs need not see a message in the same second. */
    private static String time(String seconds) {
        long age = Instant.now().getEpochSecond() - Long.parseLong(seconds);
        return age >= 0 && age < LONGEST_TEST ? "just now" : seconds;
    }

    /** The records of a history file, by job id. */
    static Map<String, List<String>> records(List<String> lines) {
        Map<String, List<String>> records = new LinkedHashMap<>();
        List<String> current = List.of();
        for (String line : lines) {
            if (line.startsWith("job ")) {
                current = new ArrayList<>();
                records.put(line.substring(4), current);
            }
            current.add(line);
        }
        return records;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        fields.forEach((name, value) ->
                text.append("    ").append(name).append(" = ").append(value).append('\n'));
        return text.toString();
    }
}
