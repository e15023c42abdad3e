package org.dmarcmilter.milter;

import java.util.Arrays;
import java.util.Optional;
import org.dmarcmilter.milter.MilterCommand.Macro;

/**
 * The macros of one connection. Each stage has one set, which the next set of that stage replaces. CONNECT and HELO macros
 * live as long as the connection, the others as long as the message, so that a queue id never leaks into the next one.
 */
final class MacroTable implements Macros {
    /** No MTA comes near these; they bound what a broken one can make us keep. */
    static final int MAX_MACROS = 200;

    static final int MAX_OCTETS = 64 * 1024;

    /** The letters of the commands in the order of a connection. A lookup goes from the last to the first. */
    private static final String STAGES = "CHMRTLNBE";

    private static final int HELO = STAGES.indexOf('H');
    private static final int MAIL = STAGES.indexOf('M');

    /** Sets that wait for the next HELO or MAIL: until then they are not seen, nor cleared, with the present message. */
    private static final int NEXT_HELO = STAGES.length();

    private static final int NEXT_MAIL = STAGES.length() + 1;

    private static final Macro NONE = new Macro('\0', "");

    private final Macro[] sets = new Macro[STAGES.length() + 2];

    MacroTable() {
        clear();
    }

    /** Takes the macros for one stage. False if they are over the limits and were dropped. */
    boolean define(Macro macro) {
        int stage = STAGES.indexOf(macro.stage());
        if (stage < 0 || macro.pairs().isEmpty()) {
            return true;
        }
        int slot = stage == MAIL ? NEXT_MAIL : stage == HELO ? NEXT_HELO : stage;
        if (!fits(slot, macro)) {
            return false;
        }
        sets[slot] = macro;
        return true;
    }

    /** SMFIC_HELO. */
    void helo() {
        if (!sets[NEXT_HELO].pairs().isEmpty()) {
            sets[HELO] = sets[NEXT_HELO];
            sets[NEXT_HELO] = NONE;
        }
    }

    /** SMFIC_MAIL. */
    void beginMessage() {
        endMessage();
        sets[MAIL] = sets[NEXT_MAIL];
        sets[NEXT_MAIL] = NONE;
    }

    /** SMFIC_ABORT in a message, or the verdict at its end. */
    void endMessage() {
        Arrays.fill(sets, MAIL, STAGES.length(), NONE);
    }

    /** SMFIC_QUIT_NC. */
    void clear() {
        Arrays.fill(sets, NONE);
    }

    @Override
    public Optional<String> get(String name) {
        Optional<String> value = Optional.empty();
        for (int stage = STAGES.length() - 1; stage >= 0 && value.isEmpty(); stage--) {
            value = sets[stage].value(name);
        }
        return value;
    }

    private boolean fits(int replaced, Macro macro) {
        int octets = octets(replaced) + macro.pairs().length();
        // Each has two NULs, so that a few octets need not be counted.
        boolean few = octets <= 2 * MAX_MACROS;
        return octets <= MAX_OCTETS && (few || count(replaced) + macro.count() <= MAX_MACROS);
    }

    /** Of all sets but the one that would be replaced. */
    private int octets(int replaced) {
        int octets = 0;
        for (int slot = 0; slot < sets.length; slot++) {
            octets += slot == replaced ? 0 : sets[slot].pairs().length();
        }
        return octets;
    }

    private int count(int replaced) {
        int macros = 0;
        for (int slot = 0; slot < sets.length; slot++) {
            macros += slot == replaced ? 0 : sets[slot].count();
        }
        return macros;
    }
}
