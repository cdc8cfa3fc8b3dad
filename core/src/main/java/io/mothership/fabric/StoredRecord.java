package io.mothership.fabric;

/**
 * A message that a stream took.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> only what is asked for. Who wants it beyond the call
 * that handed it out asks for {@link #kept}.
 */
public interface StoredRecord {

  /** The stream's name. */
  String stream();

  String subject();

  Headers headers();

  /** A copy of its own. */
  byte[] payload();

  int payloadLength();

  /**
   * Its place among all records that this fabric's taps see; grows from one to the next, with gaps.
   */
  long journalSequence();

  /** Its place in its stream. */
  long streamSequence();

  /** When it was stored, ns since 1970. */
  long timeNs();

  /** The same, valid for good. */
  default Kept kept() {
    return new Kept(
        stream(), subject(), headers(), payload(), journalSequence(), streamSequence(), timeNs());
  }

  /** One that is valid for good; the payload is not to be changed. */
  record Kept(
      String stream,
      String subject,
      Headers headers,
      byte[] payload,
      long journalSequence,
      long streamSequence,
      long timeNs)
      implements StoredRecord {
    @Override
    public int payloadLength() {
      return payload.length;
    }

    @Override
    public Kept kept() {
      return this;
    }
  }
}
