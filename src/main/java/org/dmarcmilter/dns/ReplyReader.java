package org.dmarcmilter.dns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import org.dmarcmilter.domain.AsciiCase;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** What a reply means: values in, value out. */
final class ReplyReader {
    /** Aliases followed for one question, as in BIND. A longer chain, or a loop, is a broken zone. */
    static final int MAX_ALIASES = 16;

    /** RFC 2181, section 8: a TTL is a number of 31 bits; more is none. */
    private static final long MAX_TTL = Integer.MAX_VALUE;

    private ReplyReader() {}

    /** What to do after a reply. */
    sealed interface Reading {
        /** The question is answered. */
        record Answered(TimedAnswer answer) implements Reading {}

        /**
         * The reply ends at an alias whose target it does not tell: ask for the target.
         *
         * @param target where the chain has come to
         * @param ttl the smallest TTL of the chain, in seconds
         * @param aliases how many aliases the chain has, at least 1
         */
        record GoOn(Name target, long ttl, int aliases) implements Reading {}

        /** The server cannot or will not say (SERVFAIL, REFUSED, a referral); another one may. */
        record ServerError(int rcode, String reason) implements Reading {}

        /** No DNS message. */
        record Broken() implements Reading {}
    }

    /**
     * Reads a reply that {@linkplain QueryMessage#isReplyTo belongs to} a question for this name and type.
     *
     * @param aliasesLeft how many aliases may still be followed, 0 to {@link #MAX_ALIASES}
     * @param ttl the smallest TTL of the aliases that led to this question, in seconds
     */
    static Reading read(byte[] reply, Name name, int type, int aliasesLeft, long ttl) {
        Message message;
        try {
            message = new Message(reply);
        } catch (IOException e) {
            return new Reading.Broken();
        }
        int rcode = message.getRcode();
        if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
            return new Reading.ServerError(rcode, Rcode.string(rcode));
        }
        return follow(message, name, type, aliasesLeft, ttl);
    }

    private static Reading follow(Message message, Name name, int type, int aliasesLeft, long ttl) {
        List<Record> answers = message.getSection(Section.ANSWER);
        Name at = name;
        long life = ttl;
        for (int aliases = 0; aliases <= aliasesLeft; aliases++) {
            List<Record> found = select(answers, at, type);
            if (!found.isEmpty() && message.getRcode() == Rcode.NOERROR) {
                return answered(new DnsAnswer.Found(texts(found, type)), Math.min(life, smallestTtl(found)));
            }
            List<Record> alias = select(answers, at, Type.CNAME);
            if (alias.isEmpty()) {
                return missing(message, at, life, aliases, aliasesLeft < MAX_ALIASES);
            }
            life = Math.min(life, smallestTtl(alias));
            at = ((CNAMERecord) alias.get(0)).getTarget();
        }
        return answered(new DnsAnswer.Unavailable("CNAME loop, or more than " + MAX_ALIASES + " aliases"), MAX_TTL);
    }

    /**
     * NXDOMAIN speaks of the end of the chain (RFC 6604, section 2.1), and so does the SOA record (RFC 2308). An alias
     * exists also if it leads nowhere: what is denied is its target (RFC 8020, section 1), and of the alias we know that it
     * has no data.
     */
    private static Reading missing(Message message, Name at, long life, int aliases, boolean afterAliases) {
        OptionalLong negativeTtl = negativeTtl(message);
        if (message.getRcode() == Rcode.NXDOMAIN) {
            DnsAnswer answer = aliases > 0 || afterAliases ? new DnsAnswer.NoData() : new DnsAnswer.NoSuchName();
            return answered(answer, Math.min(life, negativeTtl.orElse(0)));
        }
        if (negativeTtl.isPresent()) {
            return answered(new DnsAnswer.NoData(), Math.min(life, negativeTtl.getAsLong()));
        }
        if (aliases > 0) {
            return new Reading.GoOn(at, life, aliases);
        }
        if (isReferral(message)) {
            return new Reading.ServerError(Rcode.NOERROR, "a referral, so it is no recursive server,");
        }
        return answered(new DnsAnswer.NoData(), 0);
    }

    /** RFC 2308, section 2.2: NS records and no SOA record, and the server does not claim authority. */
    private static boolean isReferral(Message message) {
        return !message.getHeader().getFlag(Flags.AA)
                && message.getSection(Section.AUTHORITY).stream().anyMatch(NSRecord.class::isInstance);
    }

    /** RFC 2308, section 5; empty if there is no SOA record, and then the answer is not to be kept. */
    private static OptionalLong negativeTtl(Message message) {
        for (Record record : message.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord soa) {
                return OptionalLong.of(Math.min(ttl(soa), soa.getMinimum()));
            }
        }
        return OptionalLong.empty();
    }

    /** The records of a name and type; a record that is there twice is one (RFC 2181, section 5). */
    private static List<Record> select(List<Record> records, Name name, int type) {
        List<Record> selected = new ArrayList<>(1);
        for (Record record : records) {
            if (record.getType() == type
                    && record.getDClass() == DClass.IN
                    && record.getName().equals(name)) {
                selected.add(record);
            }
        }
        // A record is compared by its wire form, which costs: mostly there is only one.
        return selected.size() <= 1 ? selected : new ArrayList<>(new LinkedHashSet<>(selected));
    }

    private static List<String> texts(List<Record> records, int type) {
        if (type == Type.MX) {
            records.sort(Comparator.comparingInt(record -> ((MXRecord) record).getPriority()));
        }
        List<String> texts = new ArrayList<>(records.size());
        for (Record record : records) {
            texts.add(text(record));
        }
        return texts;
    }

    private static String text(Record record) {
        if (record instanceof TXTRecord txt) {
            return text(txt);
        }
        if (record instanceof ARecord a) {
            return a.getAddress().getHostAddress();
        }
        if (record instanceof AAAARecord aaaa) {
            return text(aaaa);
        }
        if (record instanceof MXRecord mx) {
            return text(mx.getTarget());
        }
        if (record instanceof PTRRecord ptr) {
            return text(ptr.getTarget());
        }
        throw new IllegalStateException("no text for type " + record.getType());
    }

    /** From the bytes: {@code getStrings()} would give the escaped form of zone files. */
    private static String text(TXTRecord txt) {
        List<byte[]> strings = txt.getStringsAsByteArrays();
        if (strings.size() == 1) {
            return new String(strings.get(0), StandardCharsets.ISO_8859_1);
        }
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        strings.forEach(joined::writeBytes);
        return joined.toString(StandardCharsets.ISO_8859_1);
    }

    /** Always in IPv6 form: {@code getAddress()} would turn {@code ::ffff:192.0.2.1} into an IPv4 address. */
    private static String text(AAAARecord aaaa) {
        try {
            return Inet6Address.getByAddress(null, aaaa.rdataToWireCanonical(), -1)
                    .getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an AAAA record has 16 octets", e);
        }
    }

    /** Octets that no host name has stay in the escaped form of zone files. The root is {@code ""}: a null MX. */
    private static String text(Name name) {
        return name.equals(Name.root) ? "" : AsciiCase.lower(name.toString(true));
    }

    private static long smallestTtl(List<Record> records) {
        long smallest = MAX_TTL;
        for (Record record : records) {
            smallest = Math.min(smallest, ttl(record));
        }
        return smallest;
    }

    private static long ttl(Record record) {
        return record.getTTL() > MAX_TTL ? 0 : record.getTTL();
    }

    private static Reading answered(DnsAnswer answer, long seconds) {
        return new Reading.Answered(new TimedAnswer(answer, Duration.ofSeconds(seconds)));
    }
}
