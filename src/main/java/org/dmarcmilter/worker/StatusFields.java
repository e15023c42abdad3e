package org.dmarcmilter.worker;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import org.dmarcmilter.store.StoreStatus;

/** What programs hear of reports and deliveries: in {@code status.json}, and from {@code report status --json}. */
public final class StatusFields {
    private StatusFields() {}

    /** Writes them into the object that is open. */
    public static void write(JsonGenerator json, StoreStatus store) throws IOException {
        json.writeNumberField("store_bytes", store.octets());
        json.writeNumberField("resent", store.resent());
        json.writeNumberField("waiting", store.waiting());
        json.writeNumberField(
                "oldest_waiting",
                store.oldestWaiting().map(Instant::getEpochSecond).orElse(0L));
        json.writeNumberField("suppressed", store.suppressed());
        json.writeObjectFieldStart("reports");
        for (var state : store.reports().entrySet()) {
            json.writeNumberField(state.getKey().word(), state.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("deliveries");
        for (StoreStatus.Outcome outcome : store.deliveries()) {
            json.writeStartObject();
            json.writeStringField("state", outcome.state().word());
            json.writeStringField("cause", outcome.cause());
            json.writeNumberField("number", outcome.number());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
