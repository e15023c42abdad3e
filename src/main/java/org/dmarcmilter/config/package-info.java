/** The flat configuration file and its options. */
@NullMarked
package org.dmarcmilter.config;

import org.jspecify.annotations.NullMarked;
