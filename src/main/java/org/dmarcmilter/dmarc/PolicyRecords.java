package org.dmarcmilter.dmarc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.DmarcRecordParser.Parsed;
import org.dmarcmilter.dns.AnswerReadings;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;

/** The DMARC records at one name: the TXT question and the filter that every kind of discovery begins with. */
final class PolicyRecords {
    private final AnswerReadings<List<Parsed>> readings;

    PolicyRecords(Standard standard) {
        this.readings = new AnswerReadings<>(found -> parse(found, standard));
    }

    /** What is at {@code _dmarc} below a domain, after records that are not DMARC were dropped. */
    sealed interface AtName {
        /** Exactly one, {@link Parsed.Usable} or {@link Parsed.Unusable}. */
        record One(DomainName domain, Parsed parsed) implements AtName {
            /** The tag psd, which counts even where the policy is unusable. */
            Psd psd() {
                if (parsed instanceof Parsed.Usable usable) {
                    return usable.record().psd();
                }
                return parsed instanceof Parsed.Unusable unusable ? unusable.psd() : Psd.UNKNOWN;
            }

            /** The record as the one that applies. */
            Discovery asDiscovery(boolean inherited) {
                if (parsed instanceof Parsed.Usable usable) {
                    return new Discovery.Found(usable.record(), domain, inherited, true, usable.mistakes());
                }
                return parsed instanceof Parsed.Unusable unusable
                        ? new Discovery.BadRecord(domain, unusable.reason(), unusable.lacksPolicy())
                        : new Discovery.BadRecord(domain, "not a DMARC record", false);
            }
        }

        record None() implements AtName {}

        record Several(DomainName domain) implements AtName {}

        record Unavailable(String reason) implements AtName {}
    }

    CompletionStage<AtName> at(DomainName domain, DnsClient dns) {
        String name = "_dmarc." + domain;
        if (name.length() > DomainName.MAX_NAME) { // the DNS has no room for it, so nothing can be there
            return CompletableFuture.completedFuture(new AtName.None());
        }
        return dns.query(DnsQuestion.txt(name)).thenApply(answer -> filter(domain, answer));
    }

    private AtName filter(DomainName domain, DnsAnswer answer) {
        if (answer instanceof DnsAnswer.Unavailable unavailable) {
            return new AtName.Unavailable("no answer for _dmarc." + domain + ": " + unavailable.reason());
        }
        if (!(answer instanceof DnsAnswer.Found found)) {
            return new AtName.None();
        }
        List<Parsed> records = readings.of(found);
        return switch (records.size()) {
            case 0 -> new AtName.None();
            case 1 -> new AtName.One(domain, records.get(0));
            default -> new AtName.Several(domain);
        };
    }

    /** The DMARC records among those of an answer; two are as bad as many. */
    private static List<Parsed> parse(DnsAnswer.Found found, Standard standard) {
        List<Parsed> records = new ArrayList<>(1);
        for (String text : found.records()) {
            Parsed parsed = DmarcRecordParser.parse(text, standard);
            if (!(parsed instanceof Parsed.NotDmarc)) {
                records.add(parsed);
            }
            if (records.size() > 1) {
                break;
            }
        }
        return records;
    }
}
