package org.dmarcmilter.report;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;

/**
 * DNS lists of domains that get no reports: the option ReportSuppressionZones. Spammers publish report addresses too, and a host that
 * mails whom they like is soon on a list itself.
 *
 * @param zones asked one after the other; without one nothing is asked
 */
public record SuppressionZones(List<DomainName> zones) {
    public SuppressionZones {
        zones = List.copyOf(zones);
    }

    /**
     * Asks for each of the names in each zone.
     *
     * @return the first {@code NAME.ZONE} that is listed; empty for none, also if a zone gives no answer. Never completes exceptionally
     */
    CompletionStage<Optional<DomainName>> listed(List<DomainName> names, DnsClient dns) {
        List<DomainName> questions = names.stream()
                .distinct()
                .flatMap(name -> zones.stream().flatMap(zone -> zone.prefixed(name.ascii()).stream()))
                .toList();
        return ask(questions, 0, dns);
    }

    private static CompletionStage<Optional<DomainName>> ask(List<DomainName> questions, int index, DnsClient dns) {
        if (index == questions.size()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        DomainName question = questions.get(index);
        return dns.query(new DnsQuestion(question.ascii(), DnsQuestion.Type.A))
                .thenCompose(answer -> isListing(answer)
                        ? CompletableFuture.completedFuture(Optional.of(question))
                        : ask(questions, index + 1, dns));
    }

    /**
     * Whether an answer says that the name is listed (RFC 5782, section 2.1): an address in 127.0.0.0/8. Lists tell in 127.255.255.0/24
     * that they do not like the question; an address elsewhere is what a parked domain answers to everything.
     */
    static boolean isListing(DnsAnswer answer) {
        return answer instanceof DnsAnswer.Found found
                && found.records().stream()
                        .anyMatch(address -> address.startsWith("127.") && !address.startsWith("127.255.255."));
    }
}
