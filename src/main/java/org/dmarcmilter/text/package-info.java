/**
 * The four things that every protocol here does to text: making foreign text printable, splitting {@code tag=value} lists,
 * reading list files, and putting octets together. Values in, values out.
 *
 * <p>Four classes, and a test holds it at four: what belongs to one protocol lives with that protocol.
 */
@NullMarked
package org.dmarcmilter.text;

import org.jspecify.annotations.NullMarked;
