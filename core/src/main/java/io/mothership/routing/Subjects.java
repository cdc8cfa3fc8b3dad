package io.mothership.routing;

import io.mothership.bus.ByteScan;
import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import org.agrona.DirectBuffer;

/**
 * What is a subject: tokens separated by {@code .}, none empty; {@code *} stands for one token and
 * {@code >} for the rest, each alone in its token.
 *
 * <p><i>Thread:</i> any. <i>Allocates:</i> never.
 */
public final class Subjects {
  private static final byte DOT = '.';
  private static final byte STAR = '*';
  private static final byte REST = '>';

  private Subjects() {}

  /** What {@code *} and {@code >} alone in a token are. */
  private enum Wildcards {
    ALLOWED,
    REFUSED,
    ARE_LETTERS
  }

  /** Whether a client may subscribe to it; wildcards are allowed. */
  public static boolean isValid(final Slice subject) {
    return isValid(subject.buffer(), subject.offset(), subject.length(), Wildcards.ALLOWED);
  }

  /** Whether a message may carry it: valid, and without wildcards. */
  public static boolean isLiteral(final Slice subject) {
    return isValid(subject.buffer(), subject.offset(), subject.length(), Wildcards.REFUSED);
  }

  /**
   * Whether a client may publish to it who is not pedantic: wildcards are letters like all others.
   */
  @HotPath
  public static boolean isPublishable(final Slice subject) {
    return isValid(subject.buffer(), subject.offset(), subject.length(), Wildcards.ARE_LETTERS);
  }

  public static boolean isValid(final byte[] subject) {
    return isValid(Slice.of(subject));
  }

  public static boolean isLiteral(final byte[] subject) {
    return isLiteral(Slice.of(subject));
  }

  /**
   * Whether {@code pattern} (wildcards allowed) covers every subject that {@code subject} can name.
   */
  public static boolean covers(final byte[] pattern, final byte[] subject) {
    int p = 0;
    int s = 0;
    while (p < pattern.length && s < subject.length) {
      final int pEnd = tokenEnd(pattern, p);
      final int sEnd = tokenEnd(subject, s);
      final boolean isLastPattern = pEnd == pattern.length;
      if (isSingle(pattern, p, pEnd, REST) && isLastPattern) {
        return true;
      }
      if (isSingle(subject, s, sEnd, REST)) {
        return false;
      }
      if (!isSingle(pattern, p, pEnd, STAR)
          && (isSingle(subject, s, sEnd, STAR) || !equal(pattern, p, pEnd, subject, s, sEnd))) {
        return false;
      }
      if (isLastPattern != (sEnd == subject.length)) {
        return false;
      }
      p = pEnd + 1;
      s = sEnd + 1;
    }
    return p >= pattern.length && s >= subject.length && pattern.length != 0;
  }

  /** Whether some literal subject matches both patterns. */
  public static boolean overlap(final byte[] one, final byte[] other) {
    int a = 0;
    int b = 0;
    while (a < one.length && b < other.length) {
      final int aEnd = tokenEnd(one, a);
      final int bEnd = tokenEnd(other, b);
      if (isSingle(one, a, aEnd, REST) || isSingle(other, b, bEnd, REST)) {
        return true;
      }
      if (!isSingle(one, a, aEnd, STAR)
          && !isSingle(other, b, bEnd, STAR)
          && !equal(one, a, aEnd, other, b, bEnd)) {
        return false;
      }
      if ((aEnd == one.length) != (bEnd == other.length)) {
        return false;
      }
      a = aEnd + 1;
      b = bEnd + 1;
    }
    return true;
  }

  /** Whether a literal subject matches a pattern. */
  public static boolean matches(
      final byte[] pattern, final DirectBuffer buffer, final int offset, final int length) {
    final int end = offset + length;
    int p = 0;
    int s = offset;
    while (p < pattern.length && s < end) {
      final int pEnd = tokenEnd(pattern, p);
      if (isSingle(pattern, p, pEnd, REST) && pEnd == pattern.length) {
        return true;
      }
      final int sEnd = ByteScan.indexOf(buffer, s, end, DOT);
      if (!isSingle(pattern, p, pEnd, STAR)) {
        if (pEnd - p != sEnd - s) {
          return false;
        }
        for (int i = p, j = s; i < pEnd; i++, j++) {
          if (pattern[i] != buffer.getByte(j)) {
            return false;
          }
        }
      }
      if ((pEnd == pattern.length) != (sEnd == end)) {
        return false;
      }
      p = pEnd + 1;
      s = sEnd + 1;
    }
    return p >= pattern.length && s >= end && length != 0;
  }

  @HotPath
  public static boolean matches(final byte[] pattern, final Slice subject) {
    return matches(pattern, subject.buffer(), subject.offset(), subject.length());
  }

  private static boolean isValid(
      final DirectBuffer buffer, final int offset, final int length, final Wildcards wildcards) {
    if (length == 0) {
      return false;
    }
    final int end = offset + length;
    if (hasBlank(buffer, offset, end)) {
      return false;
    }
    int tokenStart = offset;
    while (tokenStart <= end) {
      final int tokenEnd = ByteScan.indexOf(buffer, tokenStart, end, DOT);
      final int tokenLength = tokenEnd - tokenStart;
      if (tokenLength == 0) {
        return false;
      }
      if (tokenLength == 1 && wildcards != Wildcards.ARE_LETTERS) {
        final byte only = buffer.getByte(tokenStart);
        if (only == STAR && wildcards == Wildcards.REFUSED) {
          return false;
        }
        if (only == REST && (wildcards == Wildcards.REFUSED || tokenEnd != end)) {
          return false;
        }
      }
      tokenStart = tokenEnd + 1;
    }
    return true;
  }

  /** Other control characters are allowed. */
  private static boolean hasBlank(final DirectBuffer buffer, final int offset, final int end) {
    int at = ByteScan.indexOfBlank(buffer, offset, end);
    while (at < end) {
      final byte found = buffer.getByte(at);
      if (found == ' ' || found == '\t' || found == '\r' || found == '\n' || found == 0) {
        return true;
      }
      at = ByteScan.indexOfBlank(buffer, at + 1, end);
    }
    return false;
  }

  private static int tokenEnd(final byte[] subject, final int start) {
    int end = start;
    while (end < subject.length && subject[end] != DOT) {
      end++;
    }
    return end;
  }

  private static boolean isSingle(
      final byte[] subject, final int start, final int end, final byte wildcard) {
    return end - start == 1 && subject[start] == wildcard;
  }

  private static boolean equal(
      final byte[] one,
      final int oneStart,
      final int oneEnd,
      final byte[] other,
      final int otherStart,
      final int otherEnd) {
    if (oneEnd - oneStart != otherEnd - otherStart) {
      return false;
    }
    for (int i = oneStart, j = otherStart; i < oneEnd; i++, j++) {
      if (one[i] != other[j]) {
        return false;
      }
    }
    return true;
  }
}
