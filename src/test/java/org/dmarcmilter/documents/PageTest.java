package org.dmarcmilter.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the tests in containers read from the pages stands there: seen here without a container. */
class PageTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # page               | heading                        | first line                                                   | last line
            INSTALL              | ## Debian 12 and 13            | src/packaging/build-deb                                      | systemctl start dmarc-milter
            INSTALL              | ## Rocky Linux 8, 9 and 10     | src/packaging/build-rpm                                      | systemctl enable --now dmarc-milter
            POSTFIX_AND_SENDMAIL | ## Postfix                     | smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893     | milter_default_action = accept
            POSTFIX_AND_SENDMAIL | ## dmarc-milter on a unix socket | systemctl stop dmarc-milter && systemctl enable --now dmarc-milter.socket | systemctl restart postfix
            POSTFIX_AND_SENDMAIL | ## Remove forged results       | # main.cf                                                    | /^Authentication-Results[ \\t]*:/ IGNORE
            """)
    void tells(Page page, String heading, String firstLine, String lastLine) {
        List<String> commands = page.commands(heading);
        assertEquals(firstLine, commands.get(0));
        assertEquals(lastLine, commands.get(commands.size() - 1));
    }
}
