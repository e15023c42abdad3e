/**
 * Recorded messages, counted: who fails, from where, aligned by what, and what another configuration would have done with them.
 *
 * <p>Begin with {@link Statistics}, which takes one message after the other and keeps a bounded number of names; {@link Tally} is what is
 * counted of each. {@link WhatIf} compares two configurations by the daemon's own rules, {@link Changes} counts what it says. Knows no
 * file format and prints nothing.
 */
@NullMarked
package org.dmarcmilter.statistics;

import org.jspecify.annotations.NullMarked;
