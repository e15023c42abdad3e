package org.dmarcmilter.dns;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.text.EntryList;

/**
 * OpenDMARC's option {@code TestDNSData}: a file of lines {@code NAME VALUE} from which all TXT questions are answered,
 * so that a policy can be tried before it is published. Everything after a {@code #} is comment. Unlike OpenDMARC, a
 * name may have several records, one line each, as in the DNS, where the same record twice is one; a name alone on its line exists without a record.
 */
public final class TestDnsData implements DnsClient {
    private final Map<DnsQuestion, DnsAnswer> answers;
    private final DnsClient others;

    private TestDnsData(Map<DnsQuestion, DnsAnswer> answers, DnsClient others) {
        this.answers = answers;
        this.others = others;
    }

    /**
     * Reads the file's text, one character per octet. Never throws.
     *
     * @param others answers the questions for other types than TXT
     */
    public static TestDnsData parse(String text, DnsClient others) {
        Map<DnsQuestion, Set<String>> records = new LinkedHashMap<>();
        for (EntryList.Entry entry : EntryList.of(text)) {
            Set<String> values = records.computeIfAbsent(DnsQuestion.txt(entry.word()), name -> new LinkedHashSet<>());
            if (!entry.rest().isEmpty()) {
                values.add(entry.rest());
            }
        }
        Map<DnsQuestion, DnsAnswer> answers = new LinkedHashMap<>();
        records.forEach((question, values) -> answers.put(
                question, values.isEmpty() ? new DnsAnswer.NoData() : new DnsAnswer.Found(List.copyOf(values))));
        return new TestDnsData(answers, others);
    }

    /** TXT from the data, where a name that does not stand there does not exist; the rest from the other client. */
    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        return question.type() == DnsQuestion.Type.TXT ? answer(question) : others.query(question);
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question, Asker asker) {
        return question.type() == DnsQuestion.Type.TXT ? answer(question) : others.query(question, asker);
    }

    private CompletionStage<DnsAnswer> answer(DnsQuestion question) {
        return CompletableFuture.completedFuture(answers.getOrDefault(question, new DnsAnswer.NoSuchName()));
    }
}
