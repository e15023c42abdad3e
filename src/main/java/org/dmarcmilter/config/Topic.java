package org.dmarcmilter.config;

/** What an option is about, in the order in which the documents have the topics. {@link Settings} has the same ones. */
public enum Topic {
    SERVICE("The service"),
    START("How it is started (the launcher script acts on these)"),
    LOGGING("The log"),
    IDENTITY("Who we are and whom we believe"),
    SPF("SPF"),
    DKIM("DKIM"),
    ARC("ARC"),
    EXEMPTIONS("Whose mail is left alone"),
    HANDLING("What is done with failing mail"),
    DNS("DNS"),
    HISTORY("History"),
    FAILURE_REPORTS("Failure reports"),
    REPORTS("Aggregate reports"),
    /** Options of newer or other OpenDMARC versions that do nothing here. */
    OPENDMARC("Accepted, so that an existing file loads");

    private final String title;

    Topic(String title) {
        this.title = title;
    }

    /** For a heading. */
    public String title() {
        return title;
    }
}
