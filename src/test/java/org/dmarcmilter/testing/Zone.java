package org.dmarcmilter.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.DnsQuestion.Type;

/**
 * The DNS of a test, written in the test. It answers at once; a name that is not in it does not exist, and one that is has no
 * records of other types. It remembers what was asked.
 *
 * <p>What goes over a socket is another matter: that is {@code TestDnsServer}.
 */
public final class Zone implements DnsClient {
    private static final int MAX_ALIASES = 8;

    private final Map<DnsQuestion, CompletableFuture<DnsAnswer>> answers = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> silent = new HashSet<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /**
     * Reads {@code NAME TYPE REST}, where the rest may be {@code SERVFAIL}, or {@code ""} for an empty record. Lines end at the
     * end of a line or at {@code ;;}.
     */
    public static Zone of(String lines) {
        Zone zone = new Zone();
        for (String line : lines.split(";;|\n")) {
            String[] fields = line.strip().split(" +", 3);
            if (fields.length == 3) {
                Type type = Type.valueOf(fields[1]);
                if (fields[2].equals("SERVFAIL")) {
                    zone.broken(fields[0], type);
                } else {
                    zone.add(fields[0], type, fields[2].equals("\"\"") ? "" : fields[2]);
                }
            }
        }
        return zone;
    }

    /**
     * Reads DMARC policies as tables write them: {@code DOMAIN: RECORD} with commas between, where RECORD is the rest of a
     * DMARC record at {@code _dmarc.DOMAIN}, any TXT record if it begins with {@code v=}, several with {@code &} between,
     * {@code nodata} or {@code SERVFAIL}; and {@code A DOMAIN: yes}, {@code nodata} or {@code SERVFAIL} for the existence of
     * the name itself.
     */
    public static Zone policies(String text) {
        Zone zone = new Zone();
        for (String entry : text.isBlank() ? new String[0] : text.split(",")) {
            String name = entry.substring(0, entry.indexOf(':')).strip();
            String value = entry.substring(entry.indexOf(':') + 1).strip();
            DnsQuestion question = name.startsWith("A ")
                    ? new DnsQuestion(name.substring(2), Type.A)
                    : DnsQuestion.txt("_dmarc." + name);
            switch (value) {
                case "SERVFAIL" -> zone.broken(question.name(), question.type());
                case "nodata" -> zone.answer(question, new DnsAnswer.NoData());
                case "yes" -> zone.a(question.name(), "192.0.2.1");
                default -> {
                    for (String record : value.split("&")) {
                        String rest = record.strip();
                        zone.txt(question.name(), rest.startsWith("v=") ? rest : "v=DMARC1; " + rest);
                    }
                }
            }
        }
        return zone;
    }

    /** Adds one record; several of one name and type stay in this order. */
    public Zone add(String name, Type type, String record) {
        DnsQuestion question = new DnsQuestion(name, type);
        List<String> records = new ArrayList<>();
        if (answers.containsKey(question) && answers.get(question).join() instanceof DnsAnswer.Found found) {
            records.addAll(found.records());
        }
        records.add(record);
        return answer(question, new DnsAnswer.Found(records));
    }

    public Zone txt(String name, String record) {
        return add(name, Type.TXT, record);
    }

    /** An A or an AAAA record, as the address is. */
    public Zone a(String name, String address) {
        return add(name, address.indexOf(':') < 0 ? Type.A : Type.AAAA, address);
    }

    /** A name without records, until some are added. */
    public Zone exists(String name) {
        names.add(normal(name));
        return this;
    }

    /** A CNAME record: what the name does not have itself is looked for at its target. */
    public Zone alias(String name, String target) {
        aliases.put(normal(name), normal(target));
        return exists(name);
    }

    /** SERVFAIL for this question. */
    public Zone broken(String name, Type type) {
        return answer(new DnsQuestion(name, type), new DnsAnswer.Unavailable("SERVFAIL"));
    }

    /** A time-out for each question of this name that has no records. */
    public Zone silent(String name) {
        silent.add(normal(name));
        return exists(name);
    }

    /** A TXT question whose answer comes when the test completes it. */
    public CompletableFuture<DnsAnswer> pending(String name) {
        CompletableFuture<DnsAnswer> answer = new CompletableFuture<>();
        exists(name);
        answers.put(DnsQuestion.txt(name), answer);
        return answer;
    }

    /** This answer instead of all that there was. */
    public Zone answer(DnsQuestion question, DnsAnswer answer) {
        exists(question.name());
        answers.put(question, CompletableFuture.completedFuture(answer));
        return this;
    }

    /** What was asked, in order: the name alone for TXT, {@code A example.com} for the other types. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        asked.add(question.type() == Type.TXT ? question.name() : question.type() + " " + question.name());
        return answer(question, MAX_ALIASES);
    }

    private CompletableFuture<DnsAnswer> answer(DnsQuestion question, int aliasesLeft) {
        String name = question.name();
        if (answers.containsKey(question)) {
            return answers.get(question);
        }
        if (aliases.containsKey(name) && aliasesLeft > 0) {
            return answer(new DnsQuestion(aliases.get(name), question.type()), aliasesLeft - 1);
        }
        return CompletableFuture.completedFuture(withoutRecords(name));
    }

    private DnsAnswer withoutRecords(String name) {
        if (aliases.containsKey(name)) {
            return new DnsAnswer.Unavailable("CNAME loop");
        }
        if (silent.contains(name)) {
            return new DnsAnswer.Unavailable("time-out");
        }
        return names.contains(name) ? new DnsAnswer.NoData() : new DnsAnswer.NoSuchName();
    }

    private static String normal(String name) {
        return new DnsQuestion(name, Type.A).name();
    }
}
