package io.mothership.api.follow;

/** One record of a batch can never be delivered; nothing of the batch was. */
public final class PoisonedRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long journalSequence;

  /**
   * @param journalSequence of the record
   * @param reason for people
   */
  public PoisonedRecordException(final long journalSequence, final String reason) {
    super(reason, null, false, false);
    this.journalSequence = journalSequence;
  }

  public long journalSequence() {
    return journalSequence;
  }
}
