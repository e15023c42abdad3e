package org.dmarcmilter.spf;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.IpAddress;

/**
 * The client's names that the DNS confirms: its PTR records whose own addresses hold the client (RFC 7208, section 5.5).
 *
 * <p>The owner of the policy has no say in the client's PTR records, so no failure here is an error of the policy: an
 * answer that does not come means no name (section 5.5), and nothing here counts as a void lookup. Each question is
 * asked at most once per check, whatever number of {@code ptr} and {@code %{p}} the records hold.
 */
final class ValidatedNames {
    /** RFC 7208, section 4.6.4: further names are ignored. */
    static final int MAX_PTR_NAMES = 10;

    /** How long one question about the client's names may take. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final DnsClient dns;
    private final IpAddress client;
    private final String reverseName;
    private Optional<CompletionStage<List<String>>> names = Optional.empty();
    private final Map<String, Boolean> confirmed = new HashMap<>();
    private boolean tooSlow;

    /** @param reverseName where the client's PTR records are, below {@code in-addr.arpa} or {@code ip6.arpa} */
    ValidatedNames(DnsClient dns, IpAddress client, String reverseName) {
        this.dns = dns;
        this.client = client;
        this.reverseName = reverseName;
    }

    /** Whether a validated name is {@code target} or below it. */
    CompletionStage<Boolean> anyWithin(String target) {
        // Only names that would match are worth the lookup of their addresses.
        return names().thenCompose(all -> firstConfirmed(
                        all.stream().filter(name -> isWithin(name, target)).toList(), 0))
                .thenApply(Optional::isPresent);
    }

    /** The value of {@code %{p}}: best the domain itself, then a name below it, then any, else {@code unknown}. */
    CompletionStage<String> preferred(String domain) {
        return names().thenCompose(all -> firstConfirmed(byPreference(all, domain), 0))
                .thenApply(name -> name.orElse("unknown"));
    }

    private static List<String> byPreference(List<String> names, String domain) {
        return Stream.of(
                        names.stream().filter(name -> name.equalsIgnoreCase(domain)),
                        names.stream().filter(name -> isWithin(name, domain)),
                        names.stream())
                .flatMap(stream -> stream)
                .distinct()
                .toList();
    }

    private static boolean isWithin(String name, String target) {
        String below = name.toLowerCase(Locale.ROOT);
        String above = target.toLowerCase(Locale.ROOT);
        return below.equals(above) || below.endsWith("." + above);
    }

    private CompletionStage<List<String>> names() {
        if (names.isEmpty()) {
            names = Optional.of(ask(new DnsQuestion(reverseName, DnsQuestion.Type.PTR))
                    .thenApply(answer -> answer instanceof DnsAnswer.Found found
                            ? found.records().stream().limit(MAX_PTR_NAMES).toList()
                            : List.of()));
        }
        return names.get();
    }

    /**
     * Asks, but not for long: the servers are the client's, and who sends forged mail must not be able to use up the time of
     * the check and with it turn a fail into a temperror. Once one has been too slow, none is asked any more.
     */
    private CompletionStage<DnsAnswer> ask(DnsQuestion question) {
        if (tooSlow) {
            return CompletableFuture.completedStage(DnsClient.IMPATIENT);
        }
        return dns.query(question, PATIENCE).thenApply(answer -> {
            tooSlow |= answer.equals(DnsClient.IMPATIENT);
            return answer;
        });
    }

    private CompletionStage<Optional<String>> firstConfirmed(List<String> candidates, int from) {
        if (from == candidates.size()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        String name = candidates.get(from);
        return isConfirmed(name)
                .thenCompose(yes -> yes
                        ? CompletableFuture.completedStage(Optional.of(name))
                        : firstConfirmed(candidates, from + 1));
    }

    private CompletionStage<Boolean> isConfirmed(String name) {
        Boolean known = confirmed.get(name);
        if (known != null) {
            return CompletableFuture.completedStage(known);
        }
        return ask(new DnsQuestion(name, SpfCheck.addressType(client))).thenApply(answer -> {
            boolean yes = answer instanceof DnsAnswer.Found found
                    && found.records().stream()
                            .anyMatch(text -> IpAddress.parse(text).equals(Optional.of(client)));
            confirmed.put(name, yes);
            return yes;
        });
    }
}
