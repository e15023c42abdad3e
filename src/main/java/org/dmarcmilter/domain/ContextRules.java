package org.dmarcmilter.domain;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Set;

/** The code points that a label may hold in some places only (RFC 5892, appendix A). */
final class ContextRules {
    static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    static final int ZERO_WIDTH_JOINER = 0x200D;

    private static final Set<UnicodeScript> JAPANESE =
            Set.of(UnicodeScript.HIRAGANA, UnicodeScript.KATAKANA, UnicodeScript.HAN);
    /** Marks of the combining classes 8 and 10: what is sorted between them is of class 9. */
    private static final String CLASS_8 = "\u3099";

    private static final String CLASS_10 = "\u05B0";

    private ContextRules() {}

    /** CONTEXTJ and CONTEXTO: whether there is a rule. */
    static boolean has(int c) {
        return switch (c) {
            case ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER, 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x30FB -> true;
            default -> isArabicIndicDigit(c) || isExtendedArabicIndicDigit(c);
        };
    }

    /** Whether the rule for the code point at that place of the label, which must have one, is kept. */
    static boolean hold(int[] label, int at) {
        int before = at > 0 ? label[at - 1] : 0;
        int after = at + 1 < label.length ? label[at + 1] : 0;
        return switch (label[at]) {
            case ZERO_WIDTH_NON_JOINER -> isVirama(before) || breaksJoin(label, at); // A.1
            case ZERO_WIDTH_JOINER -> isVirama(before); // A.2
            case 0x00B7 -> before == 'l' && after == 'l'; // A.3
            case 0x0375 -> UnicodeScript.of(after) == UnicodeScript.GREEK; // A.4
            case 0x05F3, 0x05F4 -> UnicodeScript.of(before) == UnicodeScript.HEBREW; // A.5, A.6
            case 0x30FB -> Arrays.stream(label).anyMatch(c -> JAPANESE.contains(UnicodeScript.of(c))); // A.7
            default -> // A.8, A.9
                Arrays.stream(label).noneMatch(ContextRules::isArabicIndicDigit)
                        || Arrays.stream(label).noneMatch(ContextRules::isExtendedArabicIndicDigit);
        };
    }

    /** Whether letters on both sides would join without it. */
    private static boolean breaksJoin(int[] label, int at) {
        int before = at - 1;
        while (before >= 0 && JoiningLetters.isTransparent(label[before])) {
            before--;
        }
        int after = at + 1;
        while (after < label.length && JoiningLetters.isTransparent(label[after])) {
            after++;
        }
        return before >= 0
                && after < label.length
                && JoiningLetters.joinsWithNext(label[before])
                && JoiningLetters.joinsWithPrevious(label[after]);
    }

    /** Canonical_Combining_Class 9. Java does not tell the class of a mark, but sorts marks by it. */
    static boolean isVirama(int c) {
        String mark = Character.toString(c);
        return isSortedBefore(CLASS_8, mark) && isSortedBefore(mark, CLASS_10);
    }

    private static boolean isSortedBefore(String first, String second) {
        return !first.equals(second)
                && Normalizer.normalize("a" + second + first, Normalizer.Form.NFD)
                        .equals("a" + first + second);
    }

    private static boolean isArabicIndicDigit(int c) {
        return c >= 0x0660 && c <= 0x0669;
    }

    private static boolean isExtendedArabicIndicDigit(int c) {
        return c >= 0x06F0 && c <= 0x06F9;
    }
}
