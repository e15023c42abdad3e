package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.DomainWish;
import org.dmarcmilter.text.Printable;

/** {@code domain}: what the operator wants for one policy domain, as {@code opendmarc-params} did. */
final class DomainVerb implements Verb {
    private static final int MAX_RUA = 2_100;

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report domain [DOMAIN [--rua URI,... | --no-report | --clear]]

                Prints what you want for single policy domains, or says so for one.
                  --rua URI,...     send to these addresses instead of those in its record (mailto:user@example.com)
                  --no-report       send nothing about it
                  --clear           do as its record says
                Exit code: 0; 64 wrong usage; 69 the store cannot be used; 75 a run has it; 78 configuration.

                """;
    }

    @Override
    public List<String> flags() {
        return List.of("--no-report", "--clear");
    }

    @Override
    public List<String> valued() {
        return List.of("--rua");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        Words words = call.words();
        Optional<List<String>> rua = rua(words);
        int wishes = (rua.isPresent() ? 1 : 0) + (words.has("--no-report") ? 1 : 0) + (words.has("--clear") ? 1 : 0);
        if (wishes > 1) {
            throw new UsageException("--rua, --no-report and --clear exclude each other");
        }
        Optional<DomainName> domain = words.operands().isEmpty() && wishes == 0
                ? Optional.empty()
                : Optional.of(Words.domainOf(words.operand("DOMAIN")));
        try (OpenStore open = OpenStore.patiently(call)) {
            if (words.has("--clear")) {
                open.store().domains().remove(domain.orElseThrow());
            } else if (wishes == 1) {
                open.store().domains().put(new DomainWish(domain.orElseThrow(), rua, words.has("--no-report"), ""));
            } else {
                call.print(text(open.store().domains().list(), domain));
            }
        }
        return ExitCode.OK;
    }

    private static Optional<List<String>> rua(Words words) throws UsageException {
        Optional<String> text = words.value("--rua");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<String> uris = List.of(text.get().split(","));
        for (String uri : uris) {
            Optional<DmarcUri> parsed = DmarcUri.parse(uri, Standard.RFC7489);
            if (parsed.isEmpty() || parsed.get().mailbox().isEmpty()) {
                throw new UsageException(Printable.named(uri, 80) + " is no mailto URI; write mailto:user@example.com");
            }
        }
        if (text.get().length() > MAX_RUA) {
            throw new UsageException("--rua takes " + MAX_RUA + " characters at most");
        }
        return Optional.of(uris);
    }

    private static String text(List<DomainWish> wishes, Optional<DomainName> domain) {
        Table table = new Table("domain", "reports go to");
        for (DomainWish wish : wishes) {
            if (domain.isEmpty() || domain.get().equals(wish.domain())) {
                table.row(
                        wish.domain().ascii(),
                        wish.noReport()
                                ? "nobody"
                                : wish.rua().map(uris -> String.join(",", uris)).orElse("whom its record names"));
            }
        }
        return table.isEmpty() ? "as the records say\n" : table.text();
    }
}
