/** The product's rules: from the facts of one message to a verdict, and from the verdict to milter replies. */
@NullMarked
package org.dmarcmilter.filter;

import org.jspecify.annotations.NullMarked;
