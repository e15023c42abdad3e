package org.dmarcmilter.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AuthorDomain.Malformed;
import org.dmarcmilter.message.AuthorDomain.One;

/** To search for new inputs: {@code JAZZER_FUZZ=1 mvn test -Dtest=AddressParserFuzzTest}. */
class AddressParserFuzzTest {
    private static final Pattern BANK = Pattern.compile("@bank\\.example(?!\\.?[-_0-9a-z])", Pattern.CASE_INSENSITIVE);

    @FuzzTest(maxDuration = "5m")
    void neverThrows(byte[] data) {
        String value = new String(data, StandardCharsets.ISO_8859_1);
        AuthorDomain author = AddressParser.authorDomain(value);
        assertNotNull(author);
        if (author instanceof One) {
            assertTrue(value.contains("@"), "a domain without an address");
            assertEquals(author, AddressParser.authorDomain(" " + value), "white space before changes nothing");
        }
        assertNotNull(ReversePath.parse(value));
    }

    /** In what cannot be parsed, a domain that a simple scan finds is shown, or there are too many. */
    @FuzzTest(maxDuration = "10m")
    void showsWhatASimpleScanFinds(byte[] data) {
        String value = new String(data, StandardCharsets.ISO_8859_1);
        Headers headers = new Headers(List.of(new HeaderField(AuthorDomain.FIELD, value)));
        if (AuthorDomain.of(headers) instanceof Malformed malformed
                && BANK.matcher(value).find()) {
            assertTrue(malformed.domains().contains(DomainName.of("bank.example")), malformed::toString);
        }
    }
}
