package org.dmarcmilter.spf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.DnsQuestion.Type;

/** A zone in a map. Keeps a list of what was asked. */
final class FakeDns implements DnsClient {
    private final Map<String, Map<Type, DnsAnswer>> zone = new HashMap<>();
    private final List<DnsQuestion> asked = new ArrayList<>();

    /** Adds one record; several of one name and type stay in this order. */
    FakeDns add(String name, Type type, String record) {
        List<String> records = new ArrayList<>();
        if (at(name).get(type) instanceof DnsAnswer.Found found) {
            records.addAll(found.records());
        }
        records.add(record);
        at(name).put(type, new DnsAnswer.Found(records));
        return this;
    }

    FakeDns txt(String name, String record) {
        return add(name, Type.TXT, record);
    }

    FakeDns a(String name, String address) {
        return add(name, address.indexOf(':') < 0 ? Type.A : Type.AAAA, address);
    }

    /** No answer to questions of that type. */
    FakeDns broken(String name, Type type) {
        at(name).put(type, new DnsAnswer.Unavailable("SERVFAIL"));
        return this;
    }

    /**
     * Reads zone lines: {@code NAME TYPE REST}, where the rest may be {@code SERVFAIL}; one line after the other, or
     * separated by {@code ;;}.
     */
    static FakeDns zone(String lines) {
        FakeDns dns = new FakeDns();
        for (String line : lines.split(";;|\n")) {
            String[] fields = line.strip().split(" +", 3);
            if (fields.length == 3) {
                Type type = Type.valueOf(fields[1]);
                if (fields[2].equals("SERVFAIL")) {
                    dns.broken(fields[0], type);
                } else {
                    dns.add(fields[0], type, fields[2].equals("\"\"") ? "" : fields[2]);
                }
            }
        }
        return dns;
    }

    List<DnsQuestion> asked() {
        return asked;
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        asked.add(question);
        return CompletableFuture.completedStage(answer(question));
    }

    private DnsAnswer answer(DnsQuestion question) {
        Map<Type, DnsAnswer> records = zone.get(question.name());
        if (records == null) {
            return new DnsAnswer.NoSuchName();
        }
        return records.getOrDefault(question.type(), new DnsAnswer.NoData());
    }

    private Map<Type, DnsAnswer> at(String name) {
        return zone.computeIfAbsent(name.toLowerCase(Locale.ROOT), n -> new HashMap<>());
    }
}
