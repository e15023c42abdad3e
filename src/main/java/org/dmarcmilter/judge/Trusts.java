package org.dmarcmilter.judge;

import java.util.Locale;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.evidence.Trust;
import org.jspecify.annotations.Nullable;

/** Whom we believe under one configuration: the same for all messages of an MTA. For all threads. */
public final class Trusts {
    private record For(String mtaName, Trust trust) {}

    private final Settings.Identity identity;
    private final String hostName;

    /** Of the MTA that asked last: as a rule there is one. */
    private volatile @Nullable For last;

    /** @param hostName what {@code HOSTNAME} stands for */
    Trusts(Settings.Identity identity, String hostName) {
        this.identity = identity;
        this.hostName = hostName;
    }

    Trust of(String mtaName) {
        @Nullable For known = last;
        if (known == null || !known.mtaName.equals(mtaName)) {
            known = new For(mtaName, make(mtaName));
            last = known;
        }
        return known.trust;
    }

    private Trust make(String mtaName) {
        return new Trust(
                identity.authservId().map(this::resolved).orElse(mtaName),
                identity.trusted().stream().map(this::resolved).toList(),
                identity.withJobId(),
                identity.removesForged());
    }

    private String resolved(String id) {
        return id.toUpperCase(Locale.ROOT).equals("HOSTNAME") ? hostName : id;
    }
}
