package org.dmarcmilter.dkim;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.dkim.DkimVerification.Findings;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.testing.OrdinaryMail;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A mail with a body of 30 KB and relaxed signatures by RSA keys of 2,048 bits; the DNS has all keys. */
@State(Scope.Thread)
public class DkimVerificationBenchmark {
    private static final TestSigner SIGNER = TestSigner.rsa(2_048);
    private static final DnsAnswer KEY = new DnsAnswer.Found(List.of(SIGNER.record()));
    private static final DnsClient DNS = question -> CompletableFuture.completedFuture(KEY);
    private static final PublishedKeys KEYS = new PublishedKeys();

    @Param({"1", "2"})
    public int signatures;

    private List<HeaderField> fields = List.of();
    private ByteBuffer body = ByteBuffer.allocate(0);
    private final List<DomainName> authors = List.of(DomainName.of(OrdinaryMail.DOMAIN));

    @Setup
    public void sign() {
        byte[] text =
                "Dear reader,\r\nthese are words of the length that words have, in lines that are long enough.\r\n"
                        .repeat(310)
                        .getBytes(StandardCharsets.US_ASCII);
        List<HeaderField> header = new ArrayList<>(OrdinaryMail.fields());
        WireMessage message = new WireMessage(header, text, 65_535);
        for (int i = 0; i < signatures; i++) {
            message = SIGNER.sign(
                    message,
                    "c=relaxed/relaxed; d=" + OrdinaryMail.DOMAIN + "; s=s" + i
                            + "; h=from:to:subject:date:message-id:mime-version:content-type");
        }
        fields = message.fields();
        body = ByteBuffer.wrap(text);
    }

    @Benchmark
    public Findings verify() {
        DkimVerification verification = DkimVerification.begin(fields, authors, Set.of(), Instant.EPOCH, DNS, KEYS);
        verification.body(body);
        return verification.end().toCompletableFuture().join();
    }
}
