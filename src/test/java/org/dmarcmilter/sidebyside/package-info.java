/**
 * Debian's {@code opendmarc} and dmarc-milter side by side: the same configuration, DNS and messages, every answer compared,
 * every difference explained by a row of the table in {@code src/site/markdown/differences.md}.
 */
package org.dmarcmilter.sidebyside;
