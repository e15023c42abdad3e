package org.dmarcmilter.daemon;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.security.Principal;
import java.util.Optional;
import org.dmarcmilter.text.Printable;

/**
 * The user, and perhaps the group, that the launcher script becomes before Java begins: {@code Userid} or {@code -u}. Java can
 * only tell whether this machine has them.
 */
final class Account {
    private Account() {}

    /** What is wrong with {@code USER[:GROUP]}, in the launcher's words; empty if nothing is. */
    static Optional<String> problem(String text) {
        String user = text.split(":", 2)[0];
        String group = text.substring(Math.min(text.length(), user.length() + 1));
        UserPrincipalLookupService accounts = FileSystems.getDefault().getUserPrincipalLookupService();
        if (!exists(user, accounts::lookupPrincipalByName)) {
            return Optional.of("no such user '" + Printable.of(user)
                    + "'. Create it (useradd --system --shell /usr/sbin/nologin " + user + ") or name another.");
        }
        if (!group.isEmpty() && !exists(group, accounts::lookupPrincipalByGroupName)) {
            return Optional.of("no such group '" + Printable.of(group) + "'. Create it, or name another.");
        }
        return Optional.empty();
    }

    private interface Lookup {
        Principal named(String name) throws IOException;
    }

    /** Java takes each number for somebody's; whether it is, the launcher script finds out at the start. */
    private static boolean exists(String name, Lookup lookup) {
        try {
            lookup.named(name);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
