/**
 * What the tests of several packages need and no test is itself: the data files (where they come from stands in a README beside
 * each) and {@link org.dmarcmilter.testing.Zone}, the DNS as a map in the test.
 */
package org.dmarcmilter.testing;
