package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MacroTableTest {
    private final MacroTable table = new MacroTable();

    /** Steps: {@code X:name=value,...} defines for stage X; {@code H}, {@code M}, {@code A} and {@code K} are the commands. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # steps                                | visible             | why
            C:j=mx                                 | j=mx                | connection macros are seen at once
            C:j=mx M:i=1 M A                       | j=mx                | and outlive a message
            M:i=1 M                                | i=1                 | a queue id at MAIL (Sendmail)
            M:i=1 M A M                            |                     | never leaks into the next message
            M:i=1 M M                              |                     | nor when MAIL follows MAIL
            M:i=1 M M:i=2 M                        | i=2                 | transactions without ABORT between them
            M:i=1 M M:i=2                          | i=1                 | those of the next MAIL are not seen yet
            M:a=1 M E:i=9                          | a=1 i=9             | stages add up
            M:i=1 M E:i=9                          | i=9                 | the latest stage wins
            M:a=1 M L:i=1 L:b=2                    | a=1 b=2             | a new set of a stage replaces the old
            M M R:a=1 R:b=2                        | b=2                 | each recipient has its own
            C:j=mx C:                              | j=mx                | an empty set clears nothing
            H:t=1 H                                | t=1                 | HELO macros
            H:t=1 H M H:t=2                        | t=1                 | of a HELO in mid-message: not before it
            H:t=1 H M H:t=2 A H                    | t=2                 | but with it, whether or not ABORT comes first
            H:t=1 H M A H:t=2 H:t=3 H              | t=3                 | the last before HELO
            H:t=1 H H                              | t=1                 | HELO without macros
            C:j=mx H:t=1 H M:i=1 M K               |                     | QUIT_NC clears all
            C:j=mx M:i=1 M R:r=1 T:d=1 L:l=1 A     | j=mx                | ABORT clears the message
            X:a=1 U:b=1                            |                     | unknown stages are kept nowhere
            C:j=                                   | j=                  | an empty value is a value
            """)
    void lives(String steps, String visible, String why) {
        for (String step : steps.split(" ")) {
            run(step);
        }
        List<String> seen = new ArrayList<>();
        for (String name : List.of("a", "b", "d", "i", "j", "l", "r", "t")) {
            table.get(name).ifPresent(value -> seen.add(name + "=" + value));
        }
        assertEquals(visible == null ? "" : visible, String.join(" ", seen), why);
    }

    private void run(String step) {
        switch (step) {
            case "H" -> table.helo();
            case "M" -> table.beginMessage();
            case "A" -> table.endMessage();
            case "K" -> table.clear();
            default -> {
                String pairs = step.length() == 2 ? "" : step.substring(2).replaceFirst("=", "\0") + "\0";
                assertTrue(table.define(new MilterCommand.Macro(step.charAt(0), pairs)));
            }
        }
    }

    @Test
    void keepsAtMost200() {
        assertTrue(table.define(macros('C', MacroTable.MAX_MACROS, 1)));
        assertFalse(table.define(macros('L', 1, 1)), "one more");
        assertTrue(table.define(macros('C', MacroTable.MAX_MACROS, 1)), "a replaced set does not count");
        assertEquals(Optional.of("v"), table.get("n0"));
    }

    @Test
    void keepsAtMost64KiB() {
        assertFalse(table.define(macros('C', 2, MacroTable.MAX_OCTETS / 2)));
        assertTrue(table.define(macros('C', 1, MacroTable.MAX_OCTETS / 2)));
        assertFalse(table.define(macros('M', 1, MacroTable.MAX_OCTETS / 2)), "waiting sets count as well");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # pairs, ~ for NUL        | name | value
            {a}~1~                    | a    | 1
            a~1~                      | a    | 1
            {a}~1~                    | {a}  |
            {~1~                      | {    | 1
            {}~1~                     | {    |
            {ab}~1~{a}~2~a~3~         | a    | 2
            {b}~a~c~{a}~              | a    |
            """)
    void readsNamesWithAndWithoutBraces(String pairs, String name, String value) {
        assertEquals(Optional.ofNullable(value), new MilterCommand.Macro('C', pairs.replace('~', '\0')).value(name));
    }

    private static MilterCommand.Macro macros(char stage, int count, int octets) {
        StringBuilder pairs = new StringBuilder();
        for (int i = 0; i < count; i++) {
            pairs.append("{n")
                    .append(i)
                    .append("}\0")
                    .append("v".repeat(octets))
                    .append('\0');
        }
        return new MilterCommand.Macro(stage, pairs.toString());
    }
}
