package org.dmarcmilter.judge;

import java.util.Locale;
import java.util.Set;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.evidence.Trust;
import org.jspecify.annotations.Nullable;

/** Whom we believe under one configuration: the same for all messages of an MTA. For all threads. */
public final class Trusts {
    private record For(String mtaName, Trust trust) {}

    /** What we write when we verify DKIM ourselves. */
    private static final Set<String> OURS = Set.of("dkim", "arc", "dmarc");

    private static final Set<String> OURS_WITH_SPF = Set.of("dkim", "arc", "dmarc", "spf");

    private final Settings.Identity identity;
    private final Set<String> oursAlone;
    private final String hostName;

    /** Of the MTA that asked last: as a rule there is one. */
    private volatile @Nullable For last;

    /** @param hostName what {@code HOSTNAME} stands for */
    Trusts(Settings settings, String hostName) {
        this.identity = settings.identity();
        this.oursAlone = oursAlone(settings);
        this.hostName = hostName;
    }

    /** Of SPF only if nobody else's result is read: the field of a policy service has a right to our name otherwise. */
    private static Set<String> oursAlone(Settings settings) {
        if (!settings.dkim().selfValidate()) {
            return Set.of();
        }
        return settings.spf().selfValidate() && settings.spf().ignoreResults() ? OURS_WITH_SPF : OURS;
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
                identity.removesForged(),
                oursAlone);
    }

    private String resolved(String id) {
        return id.toUpperCase(Locale.ROOT).equals("HOSTNAME") ? hostName : id;
    }
}
