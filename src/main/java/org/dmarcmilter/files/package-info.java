/** What this program asks of the file system in more than one room. For now: the mode of the files that it makes. */
@NullMarked
package org.dmarcmilter.files;

import org.jspecify.annotations.NullMarked;
