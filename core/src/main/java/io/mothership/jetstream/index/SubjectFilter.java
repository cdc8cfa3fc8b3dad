package io.mothership.jetstream.index;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Which of a stream's subjects somebody wants; remembers the last answers by subject id, so that a
 * message mostly costs one array read.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> only when it grows, up to {@value
 * #REMEMBERED_MAX} answers. One per reader and stream.
 */
public final class SubjectFilter {
  private static final int REMEMBERED_MIN = 16;
  private static final int REMEMBERED_MAX = 256;
  private static final int PATTERN_BYTES = 400;
  private static final long[] NOTHING = {};

  private final SubjectTable table;
  private final List<String> patterns;
  private final byte[][][] tokens;
  private final SubjectScope scope;
  private final boolean isAll;

  /** Subject id, its version and whether it is wanted, at the place of the id's lowest bits. */
  private long[] remembered;

  /**
   * @param patterns subjects with wildcards; none means everything
   */
  public SubjectFilter(final SubjectTable table, final List<String> patterns) {
    this(table, patterns, SubjectScope.OPEN);
  }

  /**
   * @param scope nothing without is wanted, whatever the patterns say
   */
  public SubjectFilter(
      final SubjectTable table, final List<String> patterns, final SubjectScope scope) {
    this.table = table;
    this.patterns = List.copyOf(patterns);
    this.scope = scope;
    this.isAll = scope.isOpen() && (patterns.isEmpty() || patterns.contains(">"));
    this.remembered = isAll ? NOTHING : new long[REMEMBERED_MIN];
    this.tokens = new byte[patterns.size()][][];
    for (int i = 0; i < tokens.length; i++) {
      final String[] parts = SubjectPatterns.tokens(patterns.get(i));
      tokens[i] = new byte[parts.length][];
      for (int t = 0; t < parts.length; t++) {
        tokens[i][t] = parts[t].getBytes(StandardCharsets.UTF_8);
      }
    }
  }

  /** Whether it lets everything through. */
  public boolean isAll() {
    return isAll;
  }

  List<String> patterns() {
    return patterns;
  }

  /** Whether the subject with this id, which has messages now, is wanted. */
  @HotPath
  public boolean matches(final int subjectId) {
    if (isAll) {
      return true;
    }
    if (subjectId >= remembered.length && remembered.length < REMEMBERED_MAX) {
      widen();
    }
    final int at = subjectId & (remembered.length - 1);
    final long wanted = (long) subjectId << 32 | (long) table.version(subjectId) << 1;
    if ((remembered[at] & ~1L) == wanted) {
      return (remembered[at] & 1) != 0;
    }
    return recall(subjectId, at, wanted);
  }

  /** The same for who asks once for each subject: nothing is remembered. */
  boolean matchesOnce(final int subjectId) {
    return isAll || matches(table.look(subjectId), table.subjectLength(subjectId));
  }

  private void widen() {
    remembered = new long[remembered.length * 4];
  }

  private boolean recall(final int subjectId, final int at, final long wanted) {
    final boolean isMatch = matches(table.look(subjectId), table.subjectLength(subjectId));
    remembered[at] = wanted | (isMatch ? 1 : 0);
    return isMatch;
  }

  /** About what it takes of the heap. */
  public int heapBytes() {
    return remembered.length * Long.BYTES + patterns.size() * PATTERN_BYTES;
  }

  /** Whether a literal subject is wanted. */
  public boolean matches(final byte[] subject) {
    return isAll || matches(subject, subject.length);
  }

  private boolean matches(final byte[] subject, final int length) {
    if (!scope.isOpen()
        && !scope.contains(new Slice().wrap(new UnsafeBuffer(subject), 0, length))) {
      return false;
    }
    if (tokens.length == 0) {
      return true;
    }
    for (final byte[][] pattern : tokens) {
      if (matches(pattern, subject, length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(final byte[][] pattern, final byte[] subject, final int length) {
    int at = 0;
    for (int i = 0; i < pattern.length; i++) {
      if (at > length) {
        return false;
      }
      final byte[] token = pattern[i];
      if (token.length == 1 && token[0] == '>') {
        return at < length;
      }
      int end = at;
      while (end < length && subject[end] != '.') {
        end++;
      }
      final boolean isAny = token.length == 1 && token[0] == '*';
      if (!isAny && !Arrays.equals(subject, at, end, token, 0, token.length)) {
        return false;
      }
      at = end + 1;
    }
    return at > length;
  }
}
