package org.dmarcmilter.authres;

import java.util.List;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
import org.dmarcmilter.testing.OrdinaryMail;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** One result field read, be it of SPF or of DKIM, and one written. */
@State(Scope.Thread)
public class AuthenticationResultsBenchmark {
    private final String spf = OrdinaryMail.values("Authentication-Results").get(0);
    private final String dkim = OrdinaryMail.values("Authentication-Results").get(1);
    private final AuthenticationResults dmarc = new AuthenticationResults(
            "mx.bench.test",
            List.of(new MethodResult(
                    "dmarc",
                    ResultWord.of("pass"),
                    "p=reject dis=none",
                    "",
                    List.of(
                            new Property("header", "from", OrdinaryMail.DOMAIN),
                            new Property("policy", "dmarc", "reject")))));

    @Benchmark
    @OperationsPerInvocation(2)
    public void parse(Blackhole readers) {
        readers.consume(AuthenticationResultsParser.parse(spf));
        readers.consume(AuthenticationResultsParser.parse(dkim));
    }

    @Benchmark
    public String write() {
        return AuthenticationResultsWriter.write(dmarc);
    }
}
