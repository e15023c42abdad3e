package org.dmarcmilter.milter;

import java.util.Optional;

/**
 * The MTA's macros as they are visible at one point of a connection: a view, to be read during the call that got it, or at
 * the end of the message until the verdict is given. Names without braces; values one char per octet.
 */
@FunctionalInterface
public interface Macros {
    /** The value, which may be empty; absent if the MTA did not define it. */
    Optional<String> get(String name);
}
