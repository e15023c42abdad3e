/**
 * The three things that every protocol here does to text: making foreign text printable, splitting {@code tag=value} lists, and
 * reading list files. Values in, values out.
 *
 * <p>Three classes, and a test holds it at three: what belongs to one protocol lives with that protocol.
 */
@NullMarked
package org.dmarcmilter.text;

import org.jspecify.annotations.NullMarked;
