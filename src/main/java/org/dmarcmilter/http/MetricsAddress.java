package org.dmarcmilter.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** MetricsSocket: {@code inet:PORT@HOST}, the notation of Socket. */
public final class MetricsAddress {
    private static final Pattern FORM = Pattern.compile("inet6?:([0-9]{1,5})(?:@(\\S+))?", Pattern.CASE_INSENSITIVE);

    private MetricsAddress() {}

    /** Without a host it is the loopback interface: counters are nobody else's business. */
    public static InetSocketAddress parse(String text) throws IOException {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches() || Integer.parseInt(form.group(1)) > 65_535) {
            throw new IOException("MetricsSocket: write inet:PORT@HOST, for example inet:9893@127.0.0.1");
        }
        String host = form.group(2) == null ? "127.0.0.1" : form.group(2);
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(form.group(1)));
        if (address.isUnresolved()) {
            throw new IOException("MetricsSocket: unknown host in " + text.strip());
        }
        return address;
    }
}
