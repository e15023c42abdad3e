/**
 * What the tests of several packages need and no test is itself: the data files. Where it comes from stands in a README beside
 * each file.
 */
package org.dmarcmilter.testing;
