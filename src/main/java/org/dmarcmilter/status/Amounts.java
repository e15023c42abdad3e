package org.dmarcmilter.status;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How much there was of each {@link Measure}. */
public record Amounts(Map<Measure, Long> numbers) {
    /** The results; they add up to the messages. */
    public static final List<Measure> RESULTS = List.of(
            Measure.PASS, Measure.FAIL, Measure.NONE, Measure.TEMPERROR, Measure.PERMERROR, Measure.UNEVALUATED);

    /** What was done with those that were not simply delivered. */
    public static final List<Measure> ACTIONS = List.of(Measure.QUARANTINED, Measure.REJECTED, Measure.PUT_OFF);

    public Amounts {
        numbers = Collections.unmodifiableMap(copy(numbers));
    }

    /** {@link EnumMap} copies no empty map of another kind. */
    private static EnumMap<Measure, Long> copy(Map<Measure, Long> numbers) {
        EnumMap<Measure, Long> copy = new EnumMap<>(Measure.class);
        copy.putAll(numbers);
        return copy;
    }

    /** All of them together. */
    static Amounts sum(List<Amounts> parts) {
        EnumMap<Measure, Long> sum = new EnumMap<>(Measure.class);
        parts.forEach(part -> part.numbers.forEach((measure, number) -> sum.merge(measure, number, Long::sum)));
        return new Amounts(sum);
    }

    /** That number. */
    public long of(Measure measure) {
        return numbers.getOrDefault(measure, 0L);
    }

    /** All messages. */
    public long messages() {
        return RESULTS.stream().mapToLong(this::of).sum();
    }
}
