package org.dmarcmilter.evaluation;

import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.spf.SpfResult;

/** What an evaluation takes in memory while it waits, about: one can be a hundred times as large as most. */
public final class Footprint {
    /** The objects of an ordinary one. */
    private static final long ALLOWANCE = 1_000;

    /** What the objects around one text take. */
    private static final long OVERHEAD = 60;

    private Footprint() {}

    /** Octets: the texts whose number and size a sender chooses, and an allowance for the rest. */
    public static long octets(Evaluation evaluation) {
        long octets = ALLOWANCE;
        for (DkimSeen dkim : evaluation.dkim()) {
            octets += octets(dkim.domain().ascii(), dkim.selector(), dkim.identity());
        }
        for (ArcSet set : evaluation.arc().sets()) {
            octets += octets(set.sealer(), set.selector(), set.clientIp());
        }
        if (evaluation.spf().isPresent()) {
            for (SpfResult.Consulted record : evaluation.spf().get().records()) {
                octets += octets(record.domain(), record.text());
            }
        }
        if (evaluation.dmarc().discovery() instanceof Discovery.Found found) {
            for (DmarcUri uri : found.record().rua()) {
                octets += octets(uri.text());
            }
            for (DmarcUri uri : found.record().ruf()) {
                octets += octets(uri.text());
            }
        }
        return octets;
    }

    private static long octets(String... texts) {
        long octets = 0;
        for (String text : texts) {
            octets += OVERHEAD + text.length();
        }
        return octets;
    }
}
