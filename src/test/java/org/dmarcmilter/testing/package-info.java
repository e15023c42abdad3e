/**
 * What the tests of several packages need and no test is itself: the data files (where they come from stands in a README beside
 * each), {@link org.dmarcmilter.testing.Zone}, the DNS as a map in the test,
 * {@link org.dmarcmilter.testing.MilterPeer}, the MTA at the other end of a milter socket, and
 * {@link org.dmarcmilter.testing.CapturedLog}.
 */
package org.dmarcmilter.testing;
