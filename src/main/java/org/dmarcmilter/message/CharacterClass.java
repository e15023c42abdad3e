package org.dmarcmilter.message;

import java.util.function.IntPredicate;

/**
 * A class of characters as grammars name them, {@code atext} or {@code token}. Each character of a field is asked for its class, so that
 * the answer is looked up and not found out.
 */
public final class CharacterClass {
    private static final int OCTETS = 256;

    private final boolean[] octets = new boolean[OCTETS];
    private final boolean beyond;

    private CharacterClass(IntPredicate belongs) {
        for (int c = 0; c < OCTETS; c++) {
            octets[c] = belongs.test(c);
        }
        beyond = belongs.test(OCTETS);
    }

    /**
     * The class of what satisfies a predicate.
     *
     * @param belongs tells of each octet; above those it is the same for all characters
     */
    public static CharacterClass of(IntPredicate belongs) {
        return new CharacterClass(belongs);
    }

    /** Whether the character belongs to the class. */
    public boolean has(char c) {
        return c < OCTETS ? octets[c] : beyond;
    }
}
