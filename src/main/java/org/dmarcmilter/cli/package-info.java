/** Running: commands, start, reload, drain. The only place that wires. */
@NullMarked
package org.dmarcmilter.cli;

import org.jspecify.annotations.NullMarked;
