package org.dmarcmilter.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AuthorDomain.Malformed;
import org.dmarcmilter.message.AuthorDomain.None;
import org.dmarcmilter.message.AuthorDomain.One;
import org.dmarcmilter.message.AuthorDomain.Several;
import org.dmarcmilter.message.AuthorDomain.TooMany;
import org.junit.jupiter.api.Test;

/**
 * What the whole header section says about the author. A line that begins with white space before the name is the MTA's to
 * decide: the filter sees what it made of it.
 */
class AuthorDomainTest {
    private static final One BANK = new One(DomainName.of("bank.example"));
    private static final Malformed TWO = new Malformed("more than one From field", List.of());
    private static final Several ONLY_BANK = new Several(List.of(DomainName.of("bank.example")));
    private static final Several BOTH =
            new Several(List.of(DomainName.of("bank.example"), DomainName.of("evil.example")));

    @Test
    void oneField() {
        assertEquals(BANK, AuthorDomain.of(headers("Subject", "x", "FROM", "a@bank.example")));
    }

    @Test
    void noField() {
        assertEquals(new None(), AuthorDomain.of(headers()));
        assertEquals(new None(), AuthorDomain.of(headers("Subject", "x")), "E036");
    }

    @Test
    void anEmptyFieldIsNotAMissingOne() {
        assertEquals(new Malformed("no address", List.of()), AuthorDomain.of(headers("From", "")));
    }

    @Test
    void twoFieldsHaveNoSingleAuthorEvenIfTheyAgree() {
        assertEquals(ONLY_BANK, AuthorDomain.of(headers("From", "a@bank.example", "From", "b@bank.example")), "E031");
        assertEquals(BOTH, AuthorDomain.of(headers("From", "a@bank.example", "from", "b@evil.example")), "E032");
        assertEquals(ONLY_BANK, AuthorDomain.of(headers("From", "joe", "From", "b@bank.example")), "one is malformed");
        assertEquals(
                BOTH,
                AuthorDomain.of(headers("From", "a@bank.example, b@evil.example", "From", "joe")),
                "several in one of them");
        assertEquals(TWO, AuthorDomain.of(headers("From", "joe", "From", "")), "both are malformed");
    }

    @Test
    void whiteSpaceBeforeTheColonHidesNoField() {
        assertEquals(BANK, AuthorDomain.of(headers("From ", "a@bank.example")), "E034");
        assertEquals(BOTH, AuthorDomain.of(headers("From", "a@bank.example", "From ", "b@evil.example")), "E034");
        assertEquals(BOTH, AuthorDomain.of(headers("From", "a@bank.example", "From\r\n ", "b@evil.example")), "E035");
        assertEquals(BOTH, AuthorDomain.of(headers("From\t", "a@bank.example", "From\n\t", "b@evil.example")), "E035");
    }

    @Test
    void otherFieldsNameNoAuthor() {
        assertEquals(
                BANK,
                AuthorDomain.of(headers(
                        "Sender",
                        "x@evil.example",
                        "From",
                        "a@bank.example",
                        "Resent-From",
                        "y@evil.example",
                        "From-X",
                        "z@evil.example")),
                "E037");
        assertEquals(new None(), AuthorDomain.of(headers("Sender", "x@evil.example")), "E037");
    }

    @Test
    void allDomainsThatSeveralFieldsShowCount() {
        assertEquals(
                BOTH,
                AuthorDomain.of(headers("From", "CEO: <a@bank.example>", "From", "b@evil.example")),
                "malformed and not");
        assertEquals(
                BOTH, AuthorDomain.of(headers("From", "a@bank.example>", "From", "b@evil.example;")), "all malformed");
        String[] many = new String[22];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "From";
            many[i + 1] = "a@d" + i + ".example";
        }
        assertEquals(new TooMany("more than 10 author domains"), of(many));
        assertEquals(
                new TooMany("more than 100 mailboxes"),
                of("From", "a@bank.example", "From", "a@bank.example,".repeat(101)));
    }

    static AuthorDomain of(String... namesAndValues) {
        return AuthorDomain.of(headers(namesAndValues));
    }

    static Headers headers(String... namesAndValues) {
        List<HeaderField> fields = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(new HeaderField(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new Headers(fields);
    }
}
