package org.dmarcmilter.milter;

import org.dmarcmilter.milter.MilterCommand.OptionNegotiation;
import org.dmarcmilter.milter.MilterFilter.Wishes;

/**
 * Option negotiation (SMFIC_OPTNEG), a pure function: what the MTA offers and what the filter wishes, to what is agreed.
 * Nothing is ever agreed that was not offered: Sendmail drops a filter for it.
 */
public final class Negotiation {
    /** SMFIF_ADDHDRS: add and insert header fields. */
    public static final int ADD_HEADERS = 0x001;
    /** SMFIF_CHGBODY. */
    public static final int CHANGE_BODY = 0x002;
    /** SMFIF_ADDRCPT. */
    public static final int ADD_RECIPIENTS = 0x004;
    /** SMFIF_DELRCPT. */
    public static final int DELETE_RECIPIENTS = 0x008;
    /** SMFIF_CHGHDRS. */
    public static final int CHANGE_HEADERS = 0x010;
    /** SMFIF_QUARANTINE. */
    public static final int QUARANTINE = 0x020;

    /** SMFIP_NOCONNECT: do not send SMFIC_CONNECT. */
    public static final int NO_CONNECT = 0x000001;
    /** SMFIP_NOHELO. */
    public static final int NO_HELO = 0x000002;
    /** SMFIP_NORCPT. */
    public static final int NO_RCPT = 0x000008;
    /** SMFIP_NOBODY. */
    public static final int NO_BODY = 0x000010;
    /** SMFIP_NOHDRS. */
    public static final int NO_HEADERS = 0x000020;
    /** SMFIP_NOEOH. */
    public static final int NO_EOH = 0x000040;
    /** SMFIP_NOUNKNOWN. */
    public static final int NO_UNKNOWN = 0x000100;
    /** SMFIP_NODATA. */
    public static final int NO_DATA = 0x000200;

    /** SMFIP_NR_HDR: the filter does not reply to SMFIC_HEADER. */
    public static final int NR_HEADER = 0x000080;
    /** SMFIP_NR_CONN. */
    public static final int NR_CONNECT = 0x001000;
    /** SMFIP_NR_HELO. */
    public static final int NR_HELO = 0x002000;
    /**
     * SMFIP_NR_MAIL. Sendmail then sends no SMFIC_ABORT for a message that its client took back: the next SMFIC_MAIL ends it. For
     * filters only that keep nothing of a message beyond that.
     */
    public static final int NR_MAIL = 0x004000;
    /** SMFIP_NR_RCPT. */
    public static final int NR_RCPT = 0x008000;
    /** SMFIP_NR_DATA. */
    public static final int NR_DATA = 0x010000;
    /** SMFIP_NR_UNKN. */
    public static final int NR_UNKNOWN = 0x020000;
    /** SMFIP_NR_EOH. */
    public static final int NR_EOH = 0x040000;
    /** SMFIP_NR_BODY. */
    public static final int NR_BODY = 0x080000;
    /** SMFIP_HDR_LEADSPC: header values keep the space behind the colon, and ours bring one along. */
    public static final int HEADER_LEADING_SPACE = 0x100000;

    /** The newest version we speak. */
    private static final int VERSION = 6;

    /** The oldest: libmilter refuses version 1, and so do we. */
    private static final int OLDEST_VERSION = 2;

    /** What a word of zero means: SMFI_V1_ACTS and SMFI_V1_PROT. */
    private static final int VERSION_1_ACTIONS = 0x0f;

    private static final int VERSION_1_PROTOCOL = 0x3f;

    /** Edits this package can send. */
    private static final int KNOWN_ACTIONS =
            ADD_HEADERS | CHANGE_BODY | ADD_RECIPIENTS | DELETE_RECIPIENTS | CHANGE_HEADERS | QUARANTINE;

    /** Without SMFIP_NOMAIL: nothing else says where a message begins, as Sendmail then sends no SMFIC_ABORT. */
    private static final int SKIPPABLE_STEPS =
            NO_CONNECT | NO_HELO | NO_RCPT | NO_BODY | NO_HEADERS | NO_EOH | NO_UNKNOWN | NO_DATA;

    private static final int UNANSWERABLE_STEPS =
            NR_HEADER | NR_CONNECT | NR_HELO | NR_MAIL | NR_RCPT | NR_DATA | NR_UNKNOWN | NR_EOH | NR_BODY;

    /** All SMFIP_* bits that versions before 6 define. */
    private static final int PROTOCOL_BEFORE_6 = 0x3ff;

    private Negotiation() {}

    /** What both sides keep to from here on, or why there is no going on. */
    sealed interface Result {}

    /** The reply to SMFIC_OPTNEG. */
    record Agreed(int version, int actions, int protocol) implements Result {
        /** Whether all these SMFIP_* bits were agreed. */
        boolean has(int protocolBits) {
            return (protocol & protocolBits) == protocolBits;
        }

        /** Whether a filter with these wishes can do with what was agreed: it may have had other ones then. */
        boolean serves(Wishes wishes) {
            int missingSteps = protocol & SKIPPABLE_STEPS & ~wishes.skipSteps();
            int missingReplies = protocol & UNANSWERABLE_STEPS & ~wishes.noReply();
            return (wishes.actions() & ~actions) == 0 && (missingSteps | missingReplies) == 0;
        }
    }

    /** An edit is missing without which the filter cannot work: close, and the MTA does what it does without a filter. */
    record Refused(String reason) implements Result {}

    /** A version before 2: close. */
    record TooOld(int version) implements Result {}

    static Result negotiate(OptionNegotiation offer, Wishes wishes) {
        if (Integer.compareUnsigned(offer.version(), OLDEST_VERSION) < 0) {
            return new TooOld(offer.version());
        }
        // Postfix offers actions of version 6 with every version, so they say nothing about it.
        int version = Integer.compareUnsigned(offer.version(), VERSION) > 0 ? VERSION : offer.version();
        int actions = offer.actions() == 0 ? VERSION_1_ACTIONS : offer.actions();
        if ((wishes.actions() & KNOWN_ACTIONS & ~actions) != 0) {
            return new Refused(String.format(
                    "mlfi_negotiate(): required milter action(s) not available (got 0x%x, need 0x%x)",
                    actions, wishes.actions()));
        }
        int steps = offer.protocol() == 0 ? VERSION_1_PROTOCOL : offer.protocol();
        if (version < VERSION) {
            steps &= PROTOCOL_BEFORE_6;
        }
        int wanted = (wishes.skipSteps() & SKIPPABLE_STEPS)
                | (wishes.noReply() & UNANSWERABLE_STEPS)
                | (wishes.leadingSpace() ? HEADER_LEADING_SPACE : 0);
        return new Agreed(version, wishes.actions() & KNOWN_ACTIONS, steps & wanted);
    }
}
