/** What this program asks of the file system in more than one room. The mode of the files that it makes, and words for what goes wrong. */
@NullMarked
package org.dmarcmilter.files;

import org.jspecify.annotations.NullMarked;
