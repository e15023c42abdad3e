package org.dmarcmilter.feedback;

/**
 * One thing that is wrong with a report, or that some consumer trips over.
 *
 * @param kind what kind of thing
 * @param line of the XML, from 1; 0 where it is about the whole file
 * @param text for people: where, what, and who minds; printable US-ASCII
 */
public record Finding(Kind kind, int line, String text) {

    /** What can be found, and whether the file is no report because of it. */
    public enum Kind {
        /** Neither XML nor one XML file in gzip or zip, or cut off. */
        UNREADABLE(true),
        /** More octets, depth or names than any report needs; nothing behind it was looked at. */
        LIMIT(true),
        /** No XML 1.0, or with a document type declaration, which no report needs and which is not read. */
        NOT_WELL_FORMED(true),
        /** The schema of its format does not allow it. */
        SCHEMA(true),
        /** Not the compression that RFC 9990, section 3.5.2, asks for. */
        PACKING(false),
        /** The namespace, or one that neither format has. */
        NAMESPACE(false),
        /** The name of the file is not the one that the content asks for. */
        FILE_NAME(false),
        /** Nothing in {@code org_name}. */
        ORGANIZATION(false),
        /** An identifier that cannot tell this report from others. */
        REPORT_ID(false),
        /** A period that ends before it begins, or is longer than a day. */
        PERIOD(false),
        /** A {@code source_ip} that is no address. */
        ADDRESS(false),
        /** A {@code count} that is no number of messages. */
        COUNT(false),
        /** An identifier or result without its domain. */
        DOMAIN(false),
        /** No authentication result at all. */
        NO_RESULTS(false),
        /** A disposition that a consumer refuses. */
        DISPOSITION(false),
        /** An override reason that a consumer refuses. */
        REASON(false);

        private final boolean error;

        Kind(boolean error) {
            this.error = error;
        }

        /** Whether the file is no valid report. All other kinds are valid, and yet may be lost at some consumer. */
        public boolean isError() {
            return error;
        }
    }
}
