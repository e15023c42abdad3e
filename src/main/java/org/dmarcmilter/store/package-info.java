/**
 * The store of aggregate reports: what was counted, which reports follow, and what became of them. The only package that knows SQL;
 * nothing of {@code java.sql} leaves it.
 *
 * <p>Begin with {@link Store}, which opens the file and hands out one class a topic.
 *
 * <p>For one process at a time and one thread in it. The engine is H2, a file beside the journal. The columns are those that several
 * hosts would need (nodes, leases, conditional updates), so that another engine is another dialect and no other design.
 */
@NullMarked
package org.dmarcmilter.store;

import org.jspecify.annotations.NullMarked;
