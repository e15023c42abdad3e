package org.dmarcmilter.dmarc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;

/** The DNS as a map. What is not in it does not exist. */
final class FakeDns implements DnsClient {
    private final Map<DnsQuestion, DnsAnswer> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();

    /**
     * Reads a zone as tables write it: {@code DOMAIN: RECORD} separated by commas, where RECORD is the rest of a DMARC
     * record at {@code _dmarc.DOMAIN}, any TXT record if it begins with {@code v=}, several with {@code &} between, or
     * {@code SERVFAIL}; and {@code A DOMAIN: yes}, {@code nodata} or {@code SERVFAIL} for the existence of the name itself.
     */
    static FakeDns zone(String text) {
        FakeDns dns = new FakeDns();
        for (String entry : text.isBlank() ? new String[0] : text.split(",")) {
            String name = entry.substring(0, entry.indexOf(':')).strip();
            String value = entry.substring(entry.indexOf(':') + 1).strip();
            if (name.startsWith("A ")) {
                dns.answer(
                        new DnsQuestion(name.substring(2), DnsQuestion.Type.A),
                        switch (value) {
                            case "SERVFAIL" -> new DnsAnswer.Unavailable("SERVFAIL");
                            case "nodata" -> new DnsAnswer.NoData();
                            default -> new DnsAnswer.Found(List.of("192.0.2.1"));
                        });
            } else if (value.equals("SERVFAIL")) {
                dns.answer(DnsQuestion.txt("_dmarc." + name), new DnsAnswer.Unavailable("SERVFAIL"));
            } else if (value.equals("nodata")) {
                dns.answer(DnsQuestion.txt("_dmarc." + name), new DnsAnswer.NoData());
            } else {
                dns.txt("_dmarc." + name, value.split("&"));
            }
        }
        return dns;
    }

    FakeDns txt(String name, String... records) {
        List<String> texts = new ArrayList<>();
        for (String record : records) {
            String text = record.strip();
            texts.add(text.startsWith("v=") ? text : "v=DMARC1; " + text);
        }
        return answer(DnsQuestion.txt(name), new DnsAnswer.Found(texts));
    }

    FakeDns answer(DnsQuestion question, DnsAnswer answer) {
        answers.put(question, answer);
        return this;
    }

    /** The names asked for, in order; those of {@code A} questions with the type before. */
    List<String> asked() {
        return asked;
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        asked.add(question.type() == DnsQuestion.Type.TXT ? question.name() : question.type() + " " + question.name());
        return CompletableFuture.completedFuture(answers.getOrDefault(question, new DnsAnswer.NoSuchName()));
    }
}
