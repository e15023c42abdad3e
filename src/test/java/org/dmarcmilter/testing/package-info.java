/**
 * What the tests of several packages need and no test is itself: the DNS as a map in the test ({@link
 * org.dmarcmilter.testing.Zone}), the MTA at the other end of a milter socket ({@link org.dmarcmilter.testing.MilterPeer}), what
 * is logged ({@link org.dmarcmilter.testing.CapturedLog}), the world around the filter ({@link
 * org.dmarcmilter.testing.MailSystem}) with a message and a clock that a test moves, servers of the test's own ({@link
 * org.dmarcmilter.testing.ScriptedSmtpServer}, {@link org.dmarcmilter.testing.PrivateMariaDb}), and the tables that others wrote ({@link
 * org.dmarcmilter.testing.DataFile}), each with a README beside it that says where it comes from.
 */
package org.dmarcmilter.testing;
