package org.dmarcmilter.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.message.ReversePath;

/** A message to be judged: from 192.0.2.10, in the queue of mx.example.net as Q1, unless a test says otherwise. */
public final class TestMessage {
    private final List<HeaderField> fields = new ArrayList<>();
    private String queueId = "Q1";
    private String mtaName = "mx.example.net";
    private String host = "client.example";
    private Optional<IpAddress> address = Optional.of(IpAddress.of("192.0.2.10"));
    private String helo = "helo.example";
    private String sender = "<user@sender.example>";
    private boolean incomplete;

    public TestMessage sender(String value) {
        sender = value;
        return this;
    }

    public TestMessage client(String value) {
        address = value.isEmpty() ? Optional.empty() : Optional.of(IpAddress.of(value));
        return this;
    }

    public TestMessage host(String value) {
        host = value;
        return this;
    }

    public TestMessage helo(String value) {
        helo = value;
        return this;
    }

    public TestMessage queueId(String value) {
        queueId = value;
        return this;
    }

    public TestMessage mtaName(String value) {
        mtaName = value;
        return this;
    }

    public TestMessage incomplete() {
        incomplete = true;
        return this;
    }

    public TestMessage field(String name, String value) {
        fields.add(new HeaderField(name, value));
        return this;
    }

    /** Fields as a table writes them: {@code Name: value & Name: value}; {@code AR:} is Authentication-Results. */
    public TestMessage fields(String text) {
        for (String field : text.isBlank() ? new String[0] : text.split(" & ")) {
            int colon = field.indexOf(':');
            String name = field.substring(0, colon).strip();
            field(
                    name.equals("AR") ? "Authentication-Results" : name,
                    field.substring(colon + 1).strip());
        }
        return this;
    }

    public MessageFacts facts() {
        return new MessageFacts(
                queueId,
                mtaName,
                new MessageFacts.Client(host, address, OptionalInt.empty(), helo),
                ReversePath.parse(sender),
                Optional.empty(),
                new Headers(fields),
                AuthorDomain.of(new Headers(fields)),
                incomplete);
    }
}
