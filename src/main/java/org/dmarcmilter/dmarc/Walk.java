package org.dmarcmilter.dmarc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.PolicyRecords.AtName;
import org.dmarcmilter.domain.DomainName;

/**
 * A tree walk as far as it has come (RFC 9989, section 4.10).
 *
 * @param start where it began
 * @param last where it is
 * @param found the valid records, longest name first
 * @param several the first name with more than one record, all of which are discarded
 * @param failure why the DNS gave no answer at {@code last}
 */
record Walk(
        DomainName start,
        DomainName last,
        List<AtName.One> found,
        Optional<DomainName> several,
        Optional<String> failure) {
    /** From longer names the walk jumps to this many labels (step 4), so that it asks 8 questions at most. */
    private static final int MAX_LABELS_ABOVE_START = 7;

    Walk {
        found = List.copyOf(found);
    }

    /** The walk after its first question. */
    static Walk from(DomainName start, AtName answer) {
        return new Walk(start, start, List.of(), Optional.empty(), Optional.empty()).plus(start, answer);
    }

    /** The walk after one question more. */
    Walk plus(DomainName asked, AtName answer) {
        if (answer instanceof AtName.One one) {
            List<AtName.One> more = new ArrayList<>(found);
            more.add(one);
            return new Walk(start, asked, more, several, failure);
        }
        if (answer instanceof AtName.Several) {
            // OpenDMARC takes the first record here; section 4.10, step 2, discards all of them.
            return new Walk(start, asked, found, several.or(() -> Optional.of(asked)), failure);
        }
        if (answer instanceof AtName.Unavailable unavailable) {
            return new Walk(start, asked, found, several, Optional.of(unavailable.reason()));
        }
        return new Walk(start, asked, found, several, failure);
    }

    /** Where to ask next; empty if a record or a failure ended the walk, or {@code last} is a top-level domain. */
    Optional<DomainName> next() {
        boolean stopped = failure.isPresent()
                || recordAt(last).filter(one -> one.psd() != Psd.UNKNOWN).isPresent();
        return stopped ? Optional.empty() : above();
    }

    /** The name above the last one; empty if that is a top-level domain. */
    Optional<DomainName> above() {
        Optional<DomainName> next = last.parent();
        while (next.isPresent() && next.get().labelCount() > MAX_LABELS_ABOVE_START) {
            next = next.get().parent();
        }
        return next;
    }

    /** Selects the Organizational Domain (section 4.10.2); meaningless for a walk that failed. */
    DomainName organizationalDomain() {
        for (AtName.One one : found) {
            if (one.psd() == Psd.NO) {
                return one.domain();
            }
            if (one.psd() == Psd.YES && !one.domain().equals(start)) {
                return oneLabelBelow(one.domain());
            }
        }
        return found.isEmpty() ? start : found.get(found.size() - 1).domain();
    }

    /** On the starting name's own labels, whether or not that name was asked. */
    private DomainName oneLabelBelow(DomainName suffix) {
        DomainName name = start;
        for (Optional<DomainName> up = name.parent();
                up.isPresent() && !up.get().equals(suffix);
                up = name.parent()) {
            name = up.get();
        }
        return name;
    }

    Optional<AtName.One> recordAt(DomainName domain) {
        return found.stream().filter(one -> one.domain().equals(domain)).findFirst();
    }

    /** The record of the public suffix domain that ended the walk. */
    Optional<AtName.One> suffixRecord() {
        return recordAt(last).filter(one -> one.psd() == Psd.YES);
    }
}
