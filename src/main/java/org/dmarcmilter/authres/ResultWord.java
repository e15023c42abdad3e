package org.dmarcmilter.authres;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a method found, in the word of RFC 8601, section 2.7: a registered one, or whatever else a checker wrote.
 *
 * @param text lower case, for example {@code pass}
 */
public record ResultWord(String text) {
    public static final ResultWord PASS = new ResultWord("pass");
    public static final ResultWord FAIL = new ResultWord("fail");
    public static final ResultWord SOFTFAIL = new ResultWord("softfail");
    public static final ResultWord NEUTRAL = new ResultWord("neutral");
    public static final ResultWord NONE = new ResultWord("none");
    public static final ResultWord POLICY = new ResultWord("policy");
    public static final ResultWord TEMPERROR = new ResultWord("temperror");
    public static final ResultWord PERMERROR = new ResultWord("permerror");

    private static final Map<String, ResultWord> USUAL = Stream.of(
                    PASS, FAIL, SOFTFAIL, NEUTRAL, NONE, POLICY, TEMPERROR, PERMERROR)
            .collect(Collectors.toUnmodifiableMap(ResultWord::text, Function.identity()));

    public ResultWord {
        text = text.toLowerCase(Locale.ROOT);
    }

    /** The word in any case. Makes nothing new for the usual ones. */
    public static ResultWord of(String text) {
        ResultWord usual = USUAL.get(text);
        return usual == null ? new ResultWord(text) : usual;
    }

    @Override
    public String toString() {
        return text;
    }
}
