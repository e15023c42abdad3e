package org.dmarcmilter.milter;

/** One packet from the filter to the MTA (SMFIR_*). Texts hold one character per octet. */
public sealed interface MilterReply {
    /** SMFIR_CONTINUE. */
    record Continue() implements MilterReply {}

    /** SMFIR_ACCEPT. */
    record Accept() implements MilterReply {}

    /** SMFIR_REJECT: the MTA picks the text. */
    record Reject() implements MilterReply {}

    /** SMFIR_TEMPFAIL. */
    record TemporaryFailure() implements MilterReply {}

    /**
     * SMFIR_REPLYCODE, one line.
     *
     * @param code SMTP reply code, 4xx or 5xx
     * @param enhancedCode RFC 3463 code of the same class
     * @param text printable; what is not is replaced when written, and {@code %} is doubled
     */
    record ReplyCode(int code, String enhancedCode, String text) implements MilterReply {}

    /** SMFIR_INSHEADER: {@code index} counts from 0, where 0 is above every header the MTA has. */
    record InsertHeader(int index, String name, String value) implements MilterReply {}

    /** SMFIR_QUARANTINE. */
    record Quarantine(String reason) implements MilterReply {}

    /** SMFIR_ADDRCPT. */
    record AddRecipient(String recipient) implements MilterReply {}
}
