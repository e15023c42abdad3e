package org.dmarcmilter.history;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.dmarcmilter.authres.ResultWord;

/** The numbers that OpenDMARC's history file and database use for the result words of RFC 8601, section 2.7. */
public enum ResultCode {
    PASS(0),
    SOFTFAIL(2),
    NEUTRAL(3),
    TEMPERROR(4),
    PERMERROR(5),
    NONE(6),
    FAIL(7),
    POLICY(8),
    NXDOMAIN(9),
    SIGNED(10),
    UNKNOWN(11),
    DISCARD(12);

    private static final Map<Integer, ResultWord> WORDS = Arrays.stream(values())
            .filter(result -> result != UNKNOWN)
            .collect(Collectors.toUnmodifiableMap(
                    ResultCode::code, result -> ResultWord.of(result.name().toLowerCase(Locale.ROOT))));

    private final int code;

    ResultCode(int code) {
        this.code = code;
    }

    /** The number in the file. */
    public int code() {
        return code;
    }

    /** The code of a result word; {@link #UNKNOWN} for words that the file has no number for. */
    public static ResultCode of(ResultWord word) {
        return Arrays.stream(values())
                .filter(result -> result.name().equalsIgnoreCase(word.text()))
                .findFirst()
                .orElse(UNKNOWN);
    }

    /** The word of a number; {@code neutral}, which says nothing, for one without a word. */
    static ResultWord word(int code) {
        return WORDS.getOrDefault(code, ResultWord.NEUTRAL);
    }
}
