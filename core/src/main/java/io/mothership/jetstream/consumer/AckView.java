package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;

/**
 * Reads an acknowledgement: the subject it was sent to and what it says.
 *
 * <pre>
 *  $JS.ACK.stream.consumer.deliveries.stream sequence.consumer sequence.time ns.pending
 * </pre>
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> never.
 */
final class AckView {
  /** What an acknowledgement says. */
  enum Verb {
    ACK,
    NAK,
    PROGRESS,
    NEXT,
    TERM,
    UNKNOWN
  }

  private static final byte[] ACK = ascii("+ACK");
  private static final byte[] OK = ascii("+OK");
  private static final byte[] NAK = ascii("-NAK");
  private static final byte[] PROGRESS = ascii("+WPI");
  private static final byte[] NEXT = ascii("+NXT");
  private static final byte[] TERM = ascii("+TERM");
  private static final int NUMBERS = 5;

  private final long[] numbers = new long[NUMBERS];

  /**
   * Reads the numbers at the end of an acknowledgement subject.
   *
   * @return false if they are not there
   */
  @HotPath
  boolean wrap(final Slice subject) {
    int at = subject.length();
    for (int i = NUMBERS - 1; i >= 0; i--) {
      long value = 0;
      long unit = 1;
      int digits = 0;
      while (--at >= 0 && subject.byteAt(at) != '.') {
        final int digit = subject.byteAt(at) - '0';
        if (digit < 0 || digit > 9 || ++digits > 18 + 1) {
          return false;
        }
        value += digit * unit;
        unit *= 10;
      }
      if (digits == 0 || at < 0 || value < 0) {
        return false;
      }
      numbers[i] = value;
    }
    return true;
  }

  /** How often the message had been delivered. */
  long deliveries() {
    return numbers[0];
  }

  long streamSequence() {
    return numbers[1];
  }

  long consumerSequence() {
    return numbers[2];
  }

  @HotPath
  static Verb verb(final Slice payload) {
    if (payload.isEmpty() || payload.contentEquals(ACK) || payload.contentEquals(OK)) {
      return Verb.ACK;
    }
    if (payload.startsWith(NEXT)) {
      return Verb.NEXT;
    }
    if (payload.startsWith(NAK)) {
      return Verb.NAK;
    }
    if (payload.contentEquals(PROGRESS)) {
      return Verb.PROGRESS;
    }
    return payload.startsWith(TERM) ? Verb.TERM : Verb.UNKNOWN;
  }

  /** Wraps {@code argument} around what follows the verb, without blanks around it. */
  static void argument(final Verb verb, final Slice payload, final Slice argument) {
    final int verbLength =
        switch (verb) {
          case NAK -> NAK.length;
          case NEXT -> NEXT.length;
          case TERM -> TERM.length;
          case ACK, PROGRESS, UNKNOWN -> payload.length();
        };
    int from = verbLength;
    int to = payload.length();
    while (from < to && payload.byteAt(from) <= ' ') {
      from++;
    }
    while (to > from && payload.byteAt(to - 1) <= ' ') {
      to--;
    }
    argument.wrap(payload.buffer(), payload.offset() + from, to - from);
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
