package org.dmarcmilter.milter;

import java.util.Arrays;
import java.util.List;
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

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types
    private final List<String>[] sets = new List[STAGES.length() + 2];

    MacroTable() {
        clear();
    }

    /** Takes the macros for one stage. False if they are over the limits and were dropped. */
    boolean define(Macro macro) {
        int stage = STAGES.indexOf(macro.stage());
        List<String> pairs = macro.namesAndValues();
        if (stage < 0 || pairs.isEmpty()) {
            return true;
        }
        int slot = stage == MAIL ? NEXT_MAIL : stage == HELO ? NEXT_HELO : stage;
        if (!fits(slot, pairs)) {
            return false;
        }
        sets[slot] = pairs;
        return true;
    }

    /** SMFIC_HELO. */
    void helo() {
        if (!sets[NEXT_HELO].isEmpty()) {
            sets[HELO] = sets[NEXT_HELO];
            sets[NEXT_HELO] = List.of();
        }
    }

    /** SMFIC_MAIL. */
    void beginMessage() {
        endMessage();
        sets[MAIL] = sets[NEXT_MAIL];
        sets[NEXT_MAIL] = List.of();
    }

    /** SMFIC_ABORT in a message, or the verdict at its end. */
    void endMessage() {
        Arrays.fill(sets, MAIL, STAGES.length(), List.of());
    }

    /** SMFIC_QUIT_NC. */
    void clear() {
        Arrays.fill(sets, List.of());
    }

    @Override
    public Optional<String> get(String name) {
        for (int stage = STAGES.length() - 1; stage >= 0; stage--) {
            List<String> pairs = sets[stage];
            for (int i = 0; i < pairs.size(); i += 2) {
                if (pairs.get(i).equals(name)) {
                    return Optional.of(pairs.get(i + 1));
                }
            }
        }
        return Optional.empty();
    }

    /** Counts all sets but the one that would be replaced. */
    private boolean fits(int replaced, List<String> pairs) {
        int macros = pairs.size() / 2;
        int octets = octets(pairs);
        for (int slot = 0; slot < sets.length; slot++) {
            if (slot != replaced) {
                macros += sets[slot].size() / 2;
                octets += octets(sets[slot]);
            }
        }
        return macros <= MAX_MACROS && octets <= MAX_OCTETS;
    }

    private static int octets(List<String> pairs) {
        int octets = 0;
        for (int i = 0; i < pairs.size(); i++) {
            octets += pairs.get(i).length();
        }
        return octets;
    }
}
