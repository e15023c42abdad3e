package org.dmarcmilter.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.spf.SpfResult;
import org.dmarcmilter.testing.TestFindings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What counts. A finding is written as its word, with {@code !} where it is about another domain than the sender's; {@code -} is none,
 * and {@code claimed} a Received-SPF field that says something for the sender.
 */
class EvidenceTest {
    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # trusted field | Received-SPF | own check | counts                    | why
        -               | -            | -         | -                         | nobody said anything
        pass            | -            | -         | TRUSTED_FIELD pass        | a trusted checker
        fail            | -            | -         | TRUSTED_FIELD fail        | what it found out counts, whatever it is
        pass!           | -            | -         | TRUSTED_FIELD pass!       | about somebody else: recorded, and counts for nothing
        -               | fail         | -         | RECEIVED_SPF fail         | it says nothing for the sender
        fail            | neutral      | -         | RECEIVED_SPF neutral      | the checker on this host spoke later
        fail!           | neutral!     | -         | RECEIVED_SPF neutral!     | both about somebody else
        -               | -            | pass      | OWN_CHECK pass            | SPFSelfValidate
        fail            | -            | pass      | OWN_CHECK pass            | SPFSelfValidate: a failure read is not final
        fail            | -            | temperror | OWN_CHECK temperror       | SPFSelfValidate: ours counts, wherever we checked
        -               | claimed      | pass      | OWN_CHECK pass            | the claim is proven
        -               | claimed      | fail      | OWN_CHECK fail            | the claim is disproved
        -               | claimed      | temperror | OWN_CHECK temperror       | nobody knows
        fail            | claimed      | pass      | OWN_CHECK pass            | a proven pass stands beside a failure
        fail            | claimed      | temperror | TRUSTED_FIELD fail        | an open question does not replace what a trusted checker knows
        softfail        | claimed      | fail      | TRUSTED_FIELD softfail    | a disproved claim changes nothing
        pass!           | claimed      | fail      | OWN_CHECK fail            | the trusted result is about somebody else
        -               | claimed      | -         | -                         | a client without address proves nothing
        fail            | claimed      | -         | TRUSTED_FIELD fail        | nor does it disprove anything
        """)
    void merges(String trusted, String received, String own, String counts, String why) {
        boolean claimed = received.equals("claimed");
        FieldEvidence fields = new FieldEvidence(
                List.of(),
                seen(trusted, Source.TRUSTED_FIELD),
                claimed ? Optional.empty() : seen(received, Source.RECEIVED_SPF),
                claimed,
                ArcSeen.NONE,
                Optional.empty(),
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of());
        Evidence evidence = Evidence.merge(fields, own(own), Optional.empty());
        assertEquals(
                counts,
                evidence.spf()
                        .map(spf -> spf.source() + " " + spf.result()
                                + (spf.domain().isPresent() ? "" : "!"))
                        .orElse("-"),
                why);
        assertEquals(counts.startsWith("OWN_CHECK"), evidence.countingOwn().isPresent(), why);
        assertEquals(
                evidence.spf().filter(spf -> spf.domain().isPresent()).isPresent() ? 1 : 0,
                evidence.identifiers().size(),
                why);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # of a field   | own check            | counts                     | why
        a.example pass | -                    | TRUSTED_FIELD a.example pass | a trusted checker
        a.example pass | none                 | -                          | we looked, and there is no signature
        a.example pass | a.example fail       | OWN_CHECK a.example fail   | what we find, whatever others say
        -              | a.example pass       | OWN_CHECK a.example pass   | nobody else is needed
        -              | a.example temperror  | OWN_CHECK a.example temperror | nobody knows
        b.example pass | a.example neutral    | OWN_CHECK a.example neutral | no mixture
        a.example pass | ? neutral            | -                          | a signature without signer speaks for nobody
        """)
    void ownDkimIsAllThatCounts(String field, String own, String counts, String why) {
        FieldEvidence fields = new FieldEvidence(
                field.equals("-")
                        ? List.of()
                        : List.of(new DkimSeen(
                                DomainName.of(field.split(" ")[0]),
                                true,
                                "s",
                                "",
                                ResultWord.of(field.split(" ")[1]),
                                Source.TRUSTED_FIELD)),
                Optional.empty(),
                Optional.empty(),
                false,
                new ArcSeen(true, true, List.of()),
                Optional.empty(),
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of());
        Optional<OwnDkim> ownDkim = own.equals("-")
                ? Optional.empty()
                : Optional.of(own.equals("none") ? TestFindings.none() : TestFindings.of(own))
                        .map(OwnDkim::new);
        Evidence evidence = Evidence.merge(fields, Optional.empty(), ownDkim);
        assertEquals(
                counts,
                evidence.dkim().stream()
                        .map(dkim -> dkim.source() + " " + dkim.domain() + " " + dkim.result())
                        .reduce((one, two) -> one + "; " + two)
                        .orElse("-"),
                why);
        assertEquals(counts.equals("-") ? 0 : 1, evidence.identifiers().size(), why);
        assertEquals(ownDkim.isEmpty(), evidence.arc().pass(), "nor is anybody believed about ARC");
        assertEquals(ownDkim.isEmpty(), evidence.isSilent(), "who looks is not silent");
    }

    private static Optional<SpfSeen> seen(String text, Source source) {
        if (text.equals("-")) {
            return Optional.empty();
        }
        Optional<DomainName> domain =
                text.endsWith("!") ? Optional.empty() : Optional.of(DomainName.of("sender.example"));
        return Optional.of(new SpfSeen(
                domain, SpfIdentity.Scope.MAIL_FROM, ResultWord.of(text.replace("!", "")), source, List.of()));
    }

    private static Optional<OwnSpf> own(String text) {
        if (text.equals("-")) {
            return Optional.empty();
        }
        return Optional.of(new OwnSpf(
                new SpfIdentity(Optional.empty(), "u@sender.example", ""),
                Optional.of(DomainName.of("sender.example")),
                new SpfResult(SpfResult.Code.valueOf(text.toUpperCase(Locale.ROOT)), "")));
    }
}
