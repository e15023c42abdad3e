package org.dmarcmilter.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.dkim.ArcResult;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dkim.DkimVerification.Findings;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;

/** What our own DKIM check may find, as a table writes it. */
public final class TestFindings {
    private TestFindings() {}

    /** A message without signature. */
    public static Findings none() {
        return new Findings(List.of(), 0, Optional.empty());
    }

    /**
     * {@code DOMAIN RESULT}, separated by semicolons; {@code ?} for a signature of which no domain can be read, {@code +N} for N more
     * that were not looked at. The selector is {@code s}, the key has 2,048 bits.
     */
    public static Findings of(String text) {
        List<DkimResult> signatures = new ArrayList<>();
        int unchecked = 0;
        for (String item : text.split("; ")) {
            if (item.startsWith("+")) {
                unchecked = Integer.parseInt(item.substring(1));
            } else {
                signatures.add(signature(signatures.size(), item));
            }
        }
        return new Findings(signatures, unchecked, Optional.empty());
    }

    /** The same with an ARC chain that seals of these domains make, the newest first, or that does not hold. */
    public static Findings of(String signatures, boolean pass, String... sealers) {
        List<ArcResult.Seal> seals = new ArrayList<>();
        for (int i = 0; i < sealers.length; i++) {
            seals.add(new ArcResult.Seal(sealers.length - i, DomainName.of(sealers[i]), "arc"));
        }
        Findings without = of(signatures);
        return new Findings(
                without.signatures(),
                without.unchecked(),
                Optional.of(new ArcResult(
                        pass,
                        pass ? "" : "the seal of set 1 did not verify",
                        seals,
                        Optional.of(IpAddress.of("192.0.2.7")))));
    }

    private static DkimResult signature(int place, String text) {
        String[] words = text.split(" ");
        DkimResult.Code code = DkimResult.Code.valueOf(words[1].toUpperCase(Locale.ROOT));
        Optional<DomainName> domain = words[0].equals("?") ? Optional.empty() : DomainName.parse(words[0]);
        return new DkimResult(
                place,
                code,
                code == DkimResult.Code.PASS ? "" : "wanted by the test",
                domain,
                domain.isPresent() ? "s" : "",
                domain.map(name -> "@" + name).orElse(""),
                domain.isPresent() ? "rsa-sha256" : "",
                domain.isPresent() ? 2048 : 0,
                domain.isPresent() ? "f2vc9m67" : "",
                false);
    }
}
