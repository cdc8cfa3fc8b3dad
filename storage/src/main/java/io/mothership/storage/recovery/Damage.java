package io.mothership.storage.recovery;

/**
 * Bytes of a segment that should hold records and don't.
 *
 * @param segment segment number
 * @param from offset in the file of the first bad byte
 * @param to offset after the last bad byte
 * @param reason what was wrong
 */
public record Damage(int segment, long from, long to, Reason reason) {

  /** What was wrong. */
  public enum Reason {
    /** The record's length word is wrong; the record itself is whole and was kept. */
    LENGTH_WORD,
    /** No whole record with the right stamp and CRC. */
    RECORD,
    /** A whole record whose journal sequence is not above its predecessor's. */
    SEQUENCE,
    /** One or both copies of the segment's descriptor are bad. */
    DESCRIPTOR,
    /** Bytes after the last record that should be zero. */
    AFTER_END,
    /** The segment has no readable descriptor: none of it can be served. */
    SEGMENT
  }

  @Override
  public String toString() {
    return "segment=" + segment + ", from=" + from + ", to=" + to + ", reason=" + reason;
  }
}
