package org.dmarcmilter.report;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.dmarc.DmarcRecordParser;
import org.dmarcmilter.dmarc.DmarcRecordParser.Parsed;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dns.DnsAnswer;

/** What a policy domain's record says about reports now that one is due: whoever has withdrawn the wish gets none. */
sealed interface Republished {
    /** These are asked for, at least one. */
    record Asked(List<DmarcUri> rua) implements Republished {
        public Asked {
            rua = List.copyOf(rua);
        }
    }

    /** Nobody is: no record, several, or one without valid rua. */
    record Withdrawn(String why) implements Republished {}

    /** Nobody said. */
    record Unavailable(String reason) implements Republished {}

    /** Reads the answer to the TXT question at {@code _dmarc} below the policy domain. */
    static Republished of(DnsAnswer answer, Standard standard) {
        if (answer instanceof DnsAnswer.Unavailable unavailable) {
            return new Unavailable(unavailable.reason());
        }
        List<Parsed> records = new ArrayList<>();
        if (answer instanceof DnsAnswer.Found found) {
            found.records().stream()
                    .map(text -> DmarcRecordParser.parse(text, standard))
                    .filter(parsed -> !(parsed instanceof Parsed.NotDmarc))
                    .forEach(records::add);
        }
        if (records.size() != 1) {
            return new Withdrawn(records.isEmpty() ? "no DMARC record any more" : "several DMARC records");
        }
        return records.get(0) instanceof Parsed.Usable usable
                        && !usable.record().rua().isEmpty()
                ? new Asked(usable.record().rua())
                : new Withdrawn("the record asks for no reports any more");
    }
}
