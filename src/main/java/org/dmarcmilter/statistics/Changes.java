package org.dmarcmilter.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.recorded.RecordedMessage;
import org.dmarcmilter.statistics.Statistics.Named;

/** What {@link WhatIf} says of all messages, counted, with the author domains that are concerned. */
public final class Changes {
    /**
     * What is changed in one way.
     *
     * @param messages how many
     * @param domains how many author domains, as far as they are kept
     * @param most those with most messages
     * @param elsewhere messages of domains that are not kept
     */
    public record Changed(WhatIf.Change kind, long messages, int domains, List<Named> most, long elsewhere) {}

    private static final class Domains {
        private final Map<String, long[]> known = new HashMap<>();
        private long messages;
        private long elsewhere;
    }

    private final WhatIf whatIf;
    private final int mostDomains;
    private final Map<WhatIf.Change, Domains> changes = new HashMap<>();
    private final Map<WhatIf.Cause, Long> notKnown = new EnumMap<>(WhatIf.Cause.class);
    private long unchanged;
    private long otherwise;
    private int kept;

    /** @param mostDomains so many are kept, of all changes together */
    public Changes(WhatIf whatIf, int mostDomains) {
        this.whatIf = whatIf;
        this.mostDomains = mostDomains;
    }

    /** Counts one. */
    public void add(RecordedMessage message) {
        WhatIf.Fate fate = whatIf.of(message);
        if (fate.notKnown().isPresent()) {
            notKnown.merge(fate.notKnown().get(), 1L, Long::sum);
            return;
        }
        if (fate.change().now() != message.evaluation().applied()) {
            otherwise++;
        }
        if (fate.change().now() == fate.change().then()) {
            unchanged++;
            return;
        }
        Domains domains = changes.computeIfAbsent(fate.change(), kind -> new Domains());
        domains.messages++;
        String author = message.evaluation().dmarc().author().ascii();
        long[] number = domains.known.get(author);
        if (number != null) {
            number[0]++;
        } else if (kept < mostDomains) {
            kept++;
            domains.known.put(author, new long[] {1});
        } else {
            domains.elsewhere++;
        }
    }

    /** All changes, those of most messages first. */
    public List<Changed> changes(int mostNames) {
        List<Changed> all = new ArrayList<>();
        changes.forEach((kind, domains) -> all.add(new Changed(
                kind,
                domains.messages,
                domains.known.size(),
                domains.known.entrySet().stream()
                        .map(entry -> new Named(entry.getKey(), entry.getValue()[0]))
                        .sorted(Comparator.comparingLong((Named one) -> -one.messages())
                                .thenComparing(Named::name))
                        .limit(mostNames)
                        .toList(),
                domains.elsewhere)));
        all.sort(Comparator.comparingLong((Changed change) -> -change.messages())
                .thenComparing(change -> change.kind().now())
                .thenComparing(change -> change.kind().then()));
        return all;
    }

    /** Messages with which the same is done. */
    public long unchanged() {
        return unchanged;
    }

    /** Messages of which nobody can tell, by what is not recorded. */
    public Map<WhatIf.Cause, Long> notKnown() {
        return Map.copyOf(notKnown);
    }

    /** Messages with which something else was done than the first configuration does; those that are not known not among them. */
    public long recordedOtherwise() {
        return otherwise;
    }
}
