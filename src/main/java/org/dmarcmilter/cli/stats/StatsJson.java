package org.dmarcmilter.cli.stats;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dmarcmilter.cli.report.JsonLines;
import org.dmarcmilter.cli.stats.StatsCommand.Counted;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.statistics.Changes;
import org.dmarcmilter.statistics.Count;
import org.dmarcmilter.statistics.Statistics;
import org.dmarcmilter.statistics.Statistics.Named;
import org.dmarcmilter.statistics.Statistics.Row;
import org.dmarcmilter.statistics.Tally;
import org.dmarcmilter.statistics.WhatIf;

/** Statistics for programs: one object. The keys are in the table of {@code stats.md}. */
final class StatsJson {
    private static final int MOST_NAMES = 20;

    private StatsJson() {}

    static String of(Counted counted) throws IOException {
        Statistics statistics = counted.statistics();
        return JsonLines.object(json -> {
            json.writeArrayFieldStart("read");
            for (String place : counted.places()) {
                json.writeString(place);
            }
            json.writeEndArray();
            json.writeNumberField("problems", counted.problems());
            time(json, "first", statistics.first().map(at -> at.getEpochSecond()));
            time(json, "last", statistics.last().map(at -> at.getEpochSecond()));
            json.writeObjectFieldStart("total");
            counts(json, statistics.total());
            json.writeEndObject();
            json.writeStringField("by", statistics.by().word());
            json.writeNumberField("names", statistics.names());
            json.writeArrayFieldStart("rows");
            for (Row row : statistics.rows(counted.rows())) {
                json.writeStartObject();
                row(json, row);
                json.writeEndObject();
            }
            json.writeEndArray();
            others(json, statistics.others());
            whatIf(json, counted);
        });
    }

    private static void time(JsonGenerator json, String key, Optional<Long> second) throws IOException {
        if (second.isPresent()) {
            json.writeNumberField(key, second.get());
        } else {
            json.writeNullField(key);
        }
    }

    private static void counts(JsonGenerator json, Tally tally) throws IOException {
        for (Count count : Count.values()) {
            json.writeNumberField(count.key(), tally.get(count));
        }
    }

    private static void row(JsonGenerator json, Row row) throws IOException {
        json.writeStringField("name", row.name());
        counts(json, row.tally());
        Optional<Policy> policy = row.tally().lastPolicy();
        if (policy.isPresent()) {
            json.writeStringField("last_policy", policy.get().word());
        } else {
            json.writeNullField("last_policy");
        }
        names(json, "failing", row.failing(MOST_NAMES));
        json.writeNumberField("failing_names", row.failingNames());
        json.writeNumberField("failing_elsewhere", row.failingElsewhere());
    }

    private static void others(JsonGenerator json, Optional<Row> others) throws IOException {
        if (others.isEmpty()) {
            json.writeNullField("others");
            return;
        }
        json.writeObjectFieldStart("others");
        counts(json, others.get().tally());
        json.writeEndObject();
    }

    private static void names(JsonGenerator json, String key, List<Named> names) throws IOException {
        json.writeArrayFieldStart(key);
        for (Named one : names) {
            json.writeStartObject();
            json.writeStringField("name", one.name());
            json.writeNumberField("messages", one.messages());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void whatIf(JsonGenerator json, Counted counted) throws IOException {
        if (counted.changes().isEmpty()) {
            json.writeNullField("what_if");
            return;
        }
        Changes changes = counted.changes().get();
        json.writeObjectFieldStart("what_if");
        json.writeArrayFieldStart("options");
        for (String option : counted.whatIf()) {
            json.writeString(option);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("changes");
        for (Changes.Changed change : changes.changes(MOST_NAMES)) {
            json.writeStartObject();
            json.writeStringField("now", change.kind().now().word());
            json.writeStringField("then", change.kind().then().word());
            json.writeNumberField("messages", change.messages());
            json.writeNumberField("domains", change.domains());
            json.writeNumberField("elsewhere", change.elsewhere());
            names(json, "most", change.most());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("unchanged", changes.unchanged());
        json.writeArrayFieldStart("not_known");
        for (Map.Entry<WhatIf.Cause, Long> cause : new TreeMap<>(changes.notKnown()).entrySet()) {
            json.writeStartObject();
            json.writeStringField("cause", cause.getKey().name().toLowerCase(Locale.ROOT));
            json.writeNumberField("messages", cause.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("recorded_otherwise", changes.recordedOtherwise());
        json.writeEndObject();
    }
}
