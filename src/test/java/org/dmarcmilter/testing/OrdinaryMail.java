package org.dmarcmilter.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.message.HeaderField;

/** What the benchmarks work on: a message as most are, of which all passes, and what is needed to judge it. */
public final class OrdinaryMail {
    public static final String DOMAIN = "d1.bench.test";
    public static final String SENDER = "<bounce@" + DOMAIN + ">";

    private static final Path MESSAGE = Path.of("src/test/bench/messages/ordinary");

    private OrdinaryMail() {}

    /** The 18 header fields that the load generator sends, top to bottom. */
    public static List<HeaderField> fields() {
        try {
            List<HeaderField> fields = new ArrayList<>();
            String text = Files.readString(MESSAGE, StandardCharsets.ISO_8859_1)
                    .replace("{n}", "1")
                    .replace("{m}", "123456");
            for (String field : text.strip().split("\n(?!\t)")) {
                int colon = field.indexOf(':');
                fields.add(new HeaderField(
                        field.substring(0, colon), field.substring(colon + 1).strip()));
            }
            return fields;
        } catch (IOException e) {
            throw new UncheckedIOException("benchmarks run in the project's folder", e);
        }
    }

    /** The values of the fields of that name. */
    public static List<String> values(String name) {
        return fields().stream()
                .filter(field -> field.is(name))
                .map(HeaderField::value)
                .toList();
    }

    /** A cache that is warm: the same answers each time, at once. Everything below {@code _dmarc} has a record, and nothing else exists. */
    public static DnsClient dns() {
        CompletionStage<DnsAnswer> record = CompletableFuture.completedFuture(
                new DnsAnswer.Found(List.of("v=DMARC1; p=reject; rua=mailto:reports@bench.test")));
        CompletionStage<DnsAnswer> nothing = CompletableFuture.completedFuture(new DnsAnswer.NoSuchName());
        return question -> question.name().startsWith("_dmarc.") ? record : nothing;
    }

    /** The shipped options, for mx.bench.test. */
    public static Rules rules() {
        Rules rules = MailSystem.with("AuthservID mx.bench.test").rules();
        return new Rules(
                rules.settings(),
                rules.hostName(),
                rules.ignoreHosts(),
                rules.trustedSealers(),
                rules.dmarc(),
                rules.spf(),
                dns(),
                rules.clock(),
                rules.samplingSalt());
    }
}
