package org.dmarcmilter.dmarc;

import java.util.OptionalLong;

/** {@code 1*DIGIT} with a bound: no sign, no other script's digits, no overflow. */
final class Digits {
    private Digits() {}

    /** The number; empty if the text is none or it is larger than {@code max}. */
    static OptionalLong parse(String text, long max) {
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || number > (max - digit) / 10) {
                return OptionalLong.empty();
            }
            number = number * 10 + digit;
        }
        return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number);
    }
}
