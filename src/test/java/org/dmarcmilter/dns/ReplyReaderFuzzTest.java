package org.dmarcmilter.dns;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.xbill.DNS.Name;

/**
 * No bytes that a server may send make the decoding throw. To search for such bytes:
 *
 * <pre>{@code JAZZER_FUZZ=1 mvn test -Dtest=ReplyReaderFuzzTest}</pre>
 */
class ReplyReaderFuzzTest {
    private static final Name NAME = Name.fromConstantString("a.example.");

    @FuzzTest(maxDuration = "5m")
    void readsAnything(FuzzedDataProvider data) {
        int type = QueryMessage.wireType(data.pickValue(DnsQuestion.Type.values()));
        boolean ours = data.consumeBoolean();
        int aliasesLeft = data.consumeInt(0, ReplyReader.MAX_ALIASES);
        byte[] query = QueryMessage.encode(0, NAME, type, true);
        byte[] reply = data.consumeRemainingAsBytes();
        if (ours && reply.length >= query.length) {
            // Past the first check, so that the search is for what comes behind.
            int endOfQuestion = query.length - 11;
            byte[] counts = {reply[6], reply[7], reply[8], reply[9], reply[10], reply[11]};
            System.arraycopy(query, 0, reply, 0, endOfQuestion);
            System.arraycopy(counts, 0, reply, 6, counts.length);
            reply[2] |= (byte) 0x80;
            if (!QueryMessage.isReplyTo(query, reply)) {
                throw new AssertionError("a reply to the query was not taken as one");
            }
        }
        QueryMessage.isReplyTo(query, reply);
        ReplyReader.read(reply, NAME, type, aliasesLeft, 300);
    }
}
