package org.dmarcmilter;

/** The program's name and version, as headers, logs and reports show them. */
public final class ProgramVersion {
    /** The version of the jar; a build that runs from class files has none. */
    public static final String VERSION = version();

    /** For example {@code dmarc-milter v1.0.0}. */
    public static final String NAME_AND_VERSION = "dmarc-milter v" + VERSION;

    private ProgramVersion() {}

    private static String version() {
        String version = ProgramVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
