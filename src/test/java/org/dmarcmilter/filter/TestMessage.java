package org.dmarcmilter.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.message.ReversePath;

/** A message to be judged: from 192.0.2.10, in the queue of mx.example.net as Q1, unless a test says otherwise. */
final class TestMessage {
    private final List<HeaderField> fields = new ArrayList<>();
    private String jobId = "Q1";
    private String mtaName = "mx.example.net";
    private String host = "client.example";
    private Optional<String> address = Optional.of("192.0.2.10");
    private String helo = "helo.example";
    private String sender = "<user@sender.example>";
    private boolean incomplete;

    TestMessage sender(String value) {
        sender = value;
        return this;
    }

    TestMessage client(String value) {
        address = value.isEmpty() ? Optional.empty() : Optional.of(value);
        return this;
    }

    TestMessage host(String value) {
        host = value;
        return this;
    }

    TestMessage helo(String value) {
        helo = value;
        return this;
    }

    TestMessage jobId(String value) {
        jobId = value;
        return this;
    }

    TestMessage mtaName(String value) {
        mtaName = value;
        return this;
    }

    TestMessage incomplete() {
        incomplete = true;
        return this;
    }

    TestMessage field(String name, String value) {
        fields.add(new HeaderField(name, value));
        return this;
    }

    /** Fields as a table writes them: {@code Name: value & Name: value}; {@code AR:} is Authentication-Results. */
    TestMessage fields(String text) {
        for (String field : text.isBlank() ? new String[0] : text.split(" & ")) {
            int colon = field.indexOf(':');
            String name = field.substring(0, colon).strip();
            field(
                    name.equals("AR") ? "Authentication-Results" : name,
                    field.substring(colon + 1).strip());
        }
        return this;
    }

    MessageFacts facts() {
        return new MessageFacts(
                jobId,
                mtaName,
                new MessageFacts.Client(host, address, OptionalInt.empty(), helo),
                ReversePath.parse(sender),
                new Headers(fields),
                incomplete);
    }
}
