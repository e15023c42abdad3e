package org.dmarcmilter.feedback;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * The XML in a report's file, whoever made it: as it is, in gzip, or in zip, as some reporters of RFC 7489 send it. How it is packed is
 * seen from the octets, not from a name. Bounded on both sides of the compression.
 */
final class ReportFile implements Closeable {
    /** Ours of 200,000 rows have 130 MB. No consumer reads a report beyond this. */
    static final long MAX_OCTETS = 1L << 29;

    /** More than any name, text or pair of tags takes. */
    static final long MAX_BETWEEN = 1L << 20;

    /** How the file is packed. */
    enum Packing {
        NONE,
        GZIP,
        ZIP
    }

    private final Packing packing;
    private final BoundedStream xml;

    private ReportFile(Packing packing, InputStream xml, long mostOctets) {
        this.packing = packing;
        this.xml = new BoundedStream(xml, mostOctets, "XML", MAX_BETWEEN);
    }

    /**
     * Opens a file.
     *
     * @param mostOctets of the file, and of the XML in it
     * @throws IOException if it cannot be read, or is not packed as it says
     */
    static ReportFile open(InputStream file, long mostOctets) throws IOException {
        BufferedInputStream in = new BufferedInputStream(new BoundedStream(file, mostOctets, "a file", Long.MAX_VALUE));
        in.mark(4);
        byte[] start = in.readNBytes(4);
        in.reset();
        if (startsWith(start, 0x1F, 0x8B)) {
            return new ReportFile(Packing.GZIP, new GzipMember(in), mostOctets);
        }
        if (startsWith(start, 'P', 'K', 3, 4)) {
            return new ReportFile(Packing.ZIP, firstFile(new ZipInputStream(in)), mostOctets);
        }
        return new ReportFile(Packing.NONE, in, mostOctets);
    }

    private static boolean startsWith(byte[] start, int... octets) {
        if (start.length < octets.length) {
            return false;
        }
        for (int i = 0; i < octets.length; i++) {
            if ((start[i] & 0xFF) != octets[i]) {
                return false;
            }
        }
        return true;
    }

    private static InputStream firstFile(ZipInputStream zip) throws IOException {
        try {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    return zip;
                }
            }
        } catch (IllegalArgumentException e) {
            // What the JDK makes of a name that is no UTF-8, or of an impossible date.
            throw new ZipException("the zip file is damaged");
        }
        throw new ZipException("no file in the zip file");
    }

    Packing packing() {
        return packing;
    }

    BoundedStream xml() {
        return xml;
    }

    @Override
    public void close() throws IOException {
        xml.close();
    }
}
