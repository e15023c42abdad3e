package org.dmarcmilter.packaging;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.dmarcmilter.endtoend.SmtpClient;
import org.dmarcmilter.endtoend.SmtpReply;

/** The Postfix of a system: gets mail from the outside for {@code reader@example.net}. */
record MailHost(BootedSystem system) {
    private static final Duration DELIVERY_LIMIT = Duration.ofSeconds(60);

    /** Has it deliver to that mailbox; takes effect when it starts again. */
    void deliverToReader() {
        system.mustRun("useradd --create-home reader"
                + " && postconf 'mydestination = example.net' 'home_mailbox = Maildir/' 'inet_protocols = ipv4'");
    }

    /** A message from the outside; the reply to its text. */
    SmtpReply send(String authorDomain, String fields, String body) {
        try (SmtpClient client = SmtpClient.connect(null, new InetSocketAddress(system.address(), 25))) {
            return client.ehlo("client.example")
                    .send(
                            "a@" + authorDomain,
                            "reader@example.net",
                            fields + """
                            From: Author <a@%s>
                            To: reader@example.net
                            Subject: news
                            Date: Tue, 24 Nov 2026 10:00:00 +0000
                            Message-ID: <1@%1$s>

                            """.formatted(authorDomain).replace("\n", "\r\n") + body);
        }
    }

    /** The last message, once nothing waits in Postfix's queue any more. */
    String delivered() {
        await().atMost(DELIVERY_LIMIT).untilAsserted(() -> assertEquals("", system.mustRun("postqueue -j")));
        return system.mustRun("cd /home/reader/Maildir/new && cat $(ls -t | head -n 1)");
    }
}
