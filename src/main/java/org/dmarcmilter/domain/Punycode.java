package org.dmarcmilter.domain;

import java.util.Optional;

/** The letters and digits of an A-label, without the {@code xn--}, from Unicode and back (RFC 3492). */
final class Punycode {
    private static final int BASE = 36;
    private static final int T_MIN = 1;
    private static final int T_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int INITIAL_BIAS = 72;
    private static final int INITIAL_N = 0x80;

    private Punycode() {}

    /**
     * Encodes one label (RFC 3492, section 6.3).
     *
     * @param codePoints at most 63, which keeps the arithmetic far from the overflow of section 6.4 and the work small;
     *     more could not make a label anyway
     */
    static String encode(int[] codePoints) {
        StringBuilder out = new StringBuilder(64);
        for (int c : codePoints) {
            if (c < INITIAL_N) {
                out.append((char) c);
            }
        }
        int basic = out.length();
        if (basic > 0) {
            out.append('-');
        }
        int n = INITIAL_N;
        int delta = 0;
        int bias = INITIAL_BIAS;
        int handled = basic;
        while (handled < codePoints.length) {
            int next = smallestFrom(n, codePoints);
            delta += (next - n) * (handled + 1);
            n = next;
            for (int c : codePoints) {
                if (c < n) {
                    delta++;
                } else if (c == n) {
                    appendInteger(delta, bias, out);
                    bias = adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
            delta++;
            n++;
        }
        return out.toString();
    }

    /**
     * Decodes one label (section 6.2).
     *
     * @param encoded lower-case US-ASCII
     * @return empty for what nothing is encoded as
     */
    static Optional<String> decode(String encoded) {
        int basic = Math.max(encoded.lastIndexOf('-'), 0);
        int[] out = new int[encoded.length()];
        int length = 0;
        while (length < basic) {
            out[length] = encoded.charAt(length);
            length++;
        }
        int n = INITIAL_N;
        int bias = INITIAL_BIAS;
        long i = 0;
        for (int in = basic > 0 ? basic + 1 : 0; in < encoded.length(); i++) {
            long before = i;
            long weight = 1;
            for (int k = BASE; ; k += BASE) {
                int digit = in < encoded.length() ? value(encoded.charAt(in++)) : -1;
                i += digit * weight;
                if (digit < 0 || i > Integer.MAX_VALUE) {
                    return Optional.empty();
                }
                int t = threshold(k, bias);
                if (digit < t) {
                    break;
                }
                weight *= BASE - t;
            }
            length++;
            bias = adapt((int) (i - before), length, before == 0);
            n += (int) (i / length);
            i %= length;
            if (!Character.isValidCodePoint(n)) {
                return Optional.empty();
            }
            System.arraycopy(out, (int) i, out, (int) i + 1, length - 1 - (int) i);
            out[(int) i] = n;
        }
        return Optional.of(new String(out, 0, length));
    }

    private static int smallestFrom(int n, int[] codePoints) {
        int smallest = Integer.MAX_VALUE;
        for (int c : codePoints) {
            if (c >= n && c < smallest) {
                smallest = c;
            }
        }
        return smallest;
    }

    /** A generalized variable-length integer (section 3.3). */
    private static void appendInteger(int delta, int bias, StringBuilder out) {
        int q = delta;
        for (int k = BASE; ; k += BASE) {
            int t = threshold(k, bias);
            if (q < t) {
                out.append(digit(q));
                return;
            }
            out.append(digit(t + (q - t) % (BASE - t)));
            q = (q - t) / (BASE - t);
        }
    }

    private static int threshold(int k, int bias) {
        return Math.max(T_MIN, Math.min(T_MAX, k - bias));
    }

    /** Section 6.1. */
    private static int adapt(int delta, int points, boolean first) {
        int d = first ? delta / DAMP : delta / 2;
        d += d / points;
        int k = 0;
        while (d > (BASE - T_MIN) * T_MAX / 2) {
            d /= BASE - T_MIN;
            k += BASE;
        }
        return k + (BASE - T_MIN + 1) * d / (d + SKEW);
    }

    private static char digit(int value) {
        return (char) (value < 26 ? 'a' + value : '0' + value - 26);
    }

    private static int value(char digit) {
        if (digit >= 'a' && digit <= 'z') {
            return digit - 'a';
        }
        return digit >= '0' && digit <= '9' ? digit - '0' + 26 : -1;
    }
}
