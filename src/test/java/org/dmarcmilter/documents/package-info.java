/** The documents: every link leads somewhere, and what a page shows is what the program does. */
package org.dmarcmilter.documents;
