package org.dmarcmilter.judge;

import static org.dmarcmilter.testing.Shown.answer;
import static org.dmarcmilter.testing.Shown.log;
import static org.dmarcmilter.testing.Shown.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.dmarcmilter.message.AddressParser;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.Octets;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A From field that cannot be parsed is no way around the policy of anybody whom it shows. */
class UnparsableFromTest {
    private static final String REJECTED = "550 5.7.1 rejected by DMARC policy for bank.example";

    /** Where it is followed by what may belong to a name, it is the beginning of another domain. */
    private static final Pattern BANK = Pattern.compile("@bank\\.example(?!\\.?[-_0-9a-z])", Pattern.CASE_INSENSITIVE);

    private static final List<String> PIECES = List.of(
            "a@bank.example",
            "<a@bank.example>",
            "@bank.example",
            "@BANK.Example",
            "@bank.example.",
            "b@evil.example",
            "<b@evil.example>",
            "CEO",
            "10:00",
            ";)",
            ":",
            ";",
            ",",
            "<",
            ">",
            "(",
            ")",
            "[",
            "]",
            "\"",
            "\\",
            "@",
            ".",
            " ",
            "\r\n ",
            "\t",
            "\0",
            "\u0007",
            "\u001b$B",
            "\u001b(B",
            "\u0083@",
            "\u0095\\",
            "\u00c3\u00a9",
            "\u00ff",
            "%",
            "!",
            "=?utf-8?Q?",
            "=40",
            "?=",
            "=?utf-8?B?Y2Vv?=",
            "=?x?q?a@bank.example?=",
            "'",
            "-",
            "x",
            "\u00e2\u0080\u008d");

    @Test
    void neverPassesAPolicyThatASimpleScanFinds() {
        MailSystem system = system("RejectFailures yes");
        Random random = new Random(6661);
        int unparsable = 0;
        for (int round = 0; round < 6_000; round++) {
            StringBuilder field = new StringBuilder();
            for (int n = 1 + random.nextInt(9); n > 0; n--) {
                field.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            unparsable += check(system, field.toString());
        }
        assertTrue(unparsable > 1_500, "only " + unparsable + " fields could not be parsed and show the domain");
    }

    /** Well-formed fields with one to three mistakes in them. */
    @Test
    void neverPassesAPolicyThatASimpleScanFindsInDamagedFields() {
        MailSystem system = system("RejectFailures yes");
        Random random = new Random(6662);
        List<String> fields = List.of(
                "Joe Doe <joe@bank.example>",
                "\"Doe, Joe\" (x) <joe@bank.example>, Bob <b@evil.example>",
                "Group: joe@bank.example, <b@evil.example>;",
                "=?utf-8?Q?J=C3=B6rg?= <@relay.example:joe@bank.example>",
                "\"a@b\"@evil.example, joe@bank.example (Joe)");
        String specials = "()<>[]:;@\\,.\" a\0\u001b\u00ff%!?=";
        int unparsable = 0;
        for (int round = 0; round < 6_000; round++) {
            StringBuilder field = new StringBuilder(fields.get(random.nextInt(fields.size())));
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                int at = random.nextInt(field.length());
                char c = specials.charAt(random.nextInt(specials.length()));
                switch (random.nextInt(3)) {
                    case 0 -> field.setCharAt(at, c);
                    case 1 -> field.insert(at, c);
                    default -> field.deleteCharAt(at);
                }
            }
            unparsable += check(system, field.toString());
        }
        assertTrue(unparsable > 1_500, "only " + unparsable + " fields could not be parsed and show the domain");
    }

    /** Returns 1 if the field cannot be parsed and shows the domain. */
    private static int check(MailSystem system, String from) {
        AuthorDomain author = AddressParser.authorDomain(from);
        boolean parsed = author instanceof AuthorDomain.One || author instanceof AuthorDomain.Several;
        if (parsed || !BANK.matcher(from).find()) {
            return 0;
        }
        Judgement judgement = system.judge(new TestMessage()
                .field("From", from)
                .field("Authentication-Results", "mx.example.net; dkim=pass header.d=evil.example"));
        String answer = answer(judgement.verdict());
        assertTrue(
                answer.equals(REJECTED) || answer.startsWith("550 5.7.1 too many authors"), () -> answer + ": " + from);
        return 1;
    }

    /** What the table of shown domains says of a field, whoever is shown. */
    @ParameterizedTest(name = "{2}: {1}")
    @MethodSource("shown")
    void rejectsForEachDomainThatIsShown(String domains, String from, String why) {
        for (String domain : domains.split(" ", -1)) {
            Judgement judgement = MailSystem.with("RejectFailures yes")
                    .txt("_dmarc." + domain, "v=DMARC1; p=reject")
                    .judge(new TestMessage().field("From", Octets.of(from)));
            assertEquals("550 5.7.1 rejected by DMARC policy for " + domain, answer(judgement.verdict()), why);
        }
    }

    static List<Object[]> shown() {
        return Octets.table("/message/shown-domains.txt").stream()
                .filter(row -> !row.get(0).equals("-"))
                .map(List::toArray)
                .toList();
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # options                   | fields                                                    | answer  | result    | why
        RejectFailures yes          | From: CEO: <a@bank.example> & AR: mx.example.net; dkim=pass header.d=bank.example | accept | dmarc=permerror | authenticated: delivered, and no pass for anybody
        RejectFailures yes          | From: CEO: <a@bank.example> <b@evil.example> & AR: mx.example.net; dkim=pass header.d=evil.example | 550 5.7.1 rejected by DMARC policy for bank.example | '' | the other one's pass does not help
        ''                          | From: CEO: <a@bank.example>                               | continue | dmarc=fail (p=reject dis=none) header.from=bank.example policy.dmarc=reject | a failure, not rejected
        HoldQuarantinedMessages yes | From: CEO: <a@quarantine.example>                         | hold: quarantined by DMARC policy for quarantine.example | dmarc=fail (p=quarantine dis=quarantine) header.from=quarantine.example policy.dmarc=quarantine | quarantine
        RejectFailures yes          | From: CEO: <a@none.example>                               | accept  | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none | p=none
        RejectFailures yes          | From: CEO: <a@nodmarc.example>                            | accept  | dmarc=permerror | no record
        RejectFailures yes          | From: CEO; <a>                                            | accept  | dmarc=permerror | nobody to be seen
        OnTemporaryError tempfail   | From: CEO: <a@broken.example>                             | 451 4.7.1 DMARC check of broken.example could not be completed, please try again later | '' | an open question
        RequiredFrom yes            | From: CEO: <a@none.example>                               | 550 5.7.1 From field names no valid domain | '' | RequiredFrom
        RejectMultiValueFrom yes    | From: a@none.example; b@nodmarc.example                   | reject  | ''        | two are seen
        RejectMultiValueFrom yes    | From: a@none.example, b@[192.0.2.1], c@nodmarc.example    | reject  | ''        | one of three is unreadable
        RejectMultiValueFrom yes    | From: CEO: <a@none.example>                               | accept  | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none | one is seen
        RejectMultiValueFrom yes    | From: CEO: <a@none.example> & From: b                     | reject  | ''        | two fields
        RejectFailures yes          | From: =?utf-8?Q?ceo=40bank.example?= <b@evil.example> & AR: mx.example.net; dkim=pass header.d=evil.example | accept | dmarc=none (p=none dis=none) header.from=evil.example policy.dmarc=none | a well-formed field is judged by its author alone
        """)
    void follows(String options, String fields, String answer, String result, String why) {
        Judgement judgement = system(options).judge("<u@sender.example>", fields);
        assertEquals(answer, answer(judgement.verdict()), why);
        assertEquals(result.isEmpty() ? List.of() : List.of("mx.example.net; " + result), values(judgement), why);
        assertFalse(judgement.headers().toString().contains("dmarc=pass"), why);
    }

    @Test
    void theLogNamesTheMistakeAndWhoIsSeen() {
        assertEquals(
                "ERROR Q1: unable to parse From header field: misplaced ';'; a reader may see bank.example, evil.example"
                        + " / INFO Q1: bank.example fail",
                log(system("").judge("<u@sender.example>", "From: a@bank.example; b@evil.example")));
    }

    private static MailSystem system(String options) {
        return MailSystem.with(options).txt("_dmarc.bank.example", "v=DMARC1; p=reject");
    }
}
