package org.dmarcmilter.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Locale;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.milter.MilterCommand;
import org.dmarcmilter.milter.MilterFilter.Part;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeptFieldsTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "From,                       whole",
        "FROM,                       whole",
        "Date,                       whole",
        "message-id,                 whole",
        "To,                         whole",
        "Authentication-Results,     whole",
        "Received-SPF,               whole",
        "ARC-Seal,                   whole",
        "ARC-Authentication-Results, whole",
        "Received,                   name",
        "Subject,                    name",
        "Reply-To,                   name",
        "Cc,                         name",
        "Bcc,                        name",
        "In-Reply-To,                name",
        "References,                 name",
        "X-Anything,                 nothing",
    })
    void keepsWhatSomebodyReads(String name, String kept) {
        assertEquals(kept, part(name, "i=a=3Bb"));
        assertEquals(kept, part(name + " \t", "i=a=3Bb"), "RFC 5322, section 4.5");
        assertEquals(kept, part(name, "plain"), "whatever stands in it");
    }

    /** Of a signature only that matters which a checker could copy, and lets a forgery out. */
    @ParameterizedTest(name = "{0}: {1}, {2}")
    @CsvSource({
        "DKIM-Signature,         'v=1; d=a.example; s=s; b=ab=', nothing",
        "dkim-signature,         'v=1; i=a=3Bb; d=a.example',    whole",
        "ARC-Message-Signature,  'i=1; d=a.example; b=abc',      nothing",
        "ARC-Message-Signature , 'i=1; d=a(b.example',           whole",
    })
    void keepsASignatureThatIsOdd(String name, String value, String kept) {
        assertEquals(kept, part(name, value));
    }

    private static String part(String name, String value) {
        return KeptFields.part(name, value).name().toLowerCase(Locale.ROOT);
    }

    /** A reader that is forgotten would work in every other test, which hand over all fields, and not in the daemon. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "RequiredHeaders yes;RequiredFrom yes",
                "SPFSelfValidate yes;SoftwareHeader yes",
                "IgnoreMailTo b@example.net;RecordAllMessages yes",
                "RejectFailures yes;DomainWhitelist a.example",
                "HoldQuarantinedMessages yes;IgnoreMailFrom none.example"
            })
    void theJudgementIsTheSameWithAllFieldsAndWithTheKeptOnes(String options) {
        for (String fields : List.of(
                "From: a@reject.example & To: b@example.net & Date: today & Message-ID: <1@a>",
                "From: a@reject.example & Subject: x & Subject: y & Date: today",
                "From: a@half.example & Message-ID: <7@a> & Date: then",
                "From: a@half.example & Message-ID: <8@a> & Date: then",
                "From: a@none.example & From: b@reject.example & Date: today",
                "To: b@example.net & Date: today",
                "From: a@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example",
                "From: a@reject.example & DKIM-Signature: i=a=3Bb & AR: mx.example.net; dkim=pass header.d=reject.example",
                "From: a@reject.example & Received: from x & Received-SPF: pass identity=mailfrom; envelope-from=u@reject.example",
                "From: a@reject.example & Received-SPF: pass identity=mailfrom; envelope-from=u@reject.example",
                "From: a@quarantine.example & AR: mx.example.net; arc=pass arc.chain=a.example"
                        + " & ARC-Seal: i=1; d=a.example; s=s"
                        + " & ARC-Authentication-Results: i=1; a.example; arc=none smtp.remote-ip=192.0.2.7")) {
            TestMessage all = new TestMessage().sender("<u@reject.example>").fields(fields + " & X-Other: 1");
            TestMessage kept = new TestMessage().sender("<u@reject.example>");
            all.facts().headers().fields().forEach(field -> {
                Part part = KeptFields.part(field.name(), field.value());
                if (part != Part.NOTHING) {
                    String value = part == Part.WHOLE ? field.value() : "";
                    HeaderField some = KeptFields.kept(new MilterCommand.Header(field.name(), " ", value, part, 0));
                    kept.field(some.name(), some.value());
                }
            });
            assertEquals(outcome(options, all), outcome(options, kept), fields);
        }
    }

    private static String outcome(String options, TestMessage message) {
        JudgedMessage judged = MailSystem.with(options)
                .txt("_dmarc.half.example", "v=DMARC1; p=reject; pct=50")
                .judged(message);
        return judged.judgement() + " " + judged.forHistory();
    }
}
