package org.dmarcmilter.message;

import org.dmarcmilter.testing.OrdinaryMail;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The author domain of one From field, with a display name of encoded-words. */
@State(Scope.Thread)
public class AddressParserBenchmark {
    private final String from = OrdinaryMail.values("From").get(0);

    @Benchmark
    public AuthorDomain parse() {
        return AddressParser.authorDomain(from);
    }
}
