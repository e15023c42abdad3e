/**
 * The flat configuration file and its options. {@link org.dmarcmilter.config.Option} is the table, its
 * {@link org.dmarcmilter.config.Form} the syntax of a value, {@link org.dmarcmilter.config.Clashes} what two right values do to
 * each other. Whatever is wrong becomes a {@link org.dmarcmilter.config.Finding}, so that all of it can be told at once. Nothing here
 * looks at the machine.
 */
@NullMarked
package org.dmarcmilter.config;

import org.jspecify.annotations.NullMarked;
