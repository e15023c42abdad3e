/** The packages, installed in fresh systems that systemd has booted. */
@NullMarked
package org.dmarcmilter.packaging;

import org.jspecify.annotations.NullMarked;
