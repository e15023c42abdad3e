/**
 * What is known about one message when it is judged: its facts, what fields of trusted checkers say about SPF, DKIM and ARC, and what we
 * found out ourselves.
 *
 * <p>Each finding is an {@code evaluation} value that names its source. {@link FieldReader} reads the fields, {@link OwnSpf} checks
 * SPF, {@link OwnDkim} has what our own check of DKIM and ARC found, and {@link Evidence#merge} alone decides what counts: everything
 * after it reads the merged value. {@link Trust} says whose fields are believed. A further source is a further argument of {@code merge}.
 *
 * <p>Begin with {@link Evidence}. Knows no milter and no configuration but the choice of SPF's sources.
 */
@NullMarked
package org.dmarcmilter.evidence;

import org.jspecify.annotations.NullMarked;
