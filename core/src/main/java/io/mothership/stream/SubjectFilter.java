package io.mothership.stream;

import io.mothership.bus.HotPath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Which of a stream's subjects somebody wants; remembers the answer per subject id, so that a
 * message costs one array read.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> only when it grows. One per reader and stream.
 */
final class SubjectFilter {
  private final SubjectTable table;
  private final List<String> patterns;
  private final byte[][][] tokens;
  private final boolean isAll;
  private int[] remembered = new int[16];

  /**
   * @param patterns subjects with wildcards; none means everything
   */
  SubjectFilter(final SubjectTable table, final List<String> patterns) {
    this.table = table;
    this.patterns = List.copyOf(patterns);
    this.isAll = patterns.isEmpty() || patterns.contains(">");
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
  boolean isAll() {
    return isAll;
  }

  List<String> patterns() {
    return patterns;
  }

  /** Whether the subject with this id, which has messages now, is wanted. */
  @HotPath
  boolean matches(final int subjectId) {
    if (isAll) {
      return true;
    }
    if (subjectId >= remembered.length) {
      remembered = Arrays.copyOf(remembered, Math.max(table.idLimit(), remembered.length * 2));
    }
    final int version = table.version(subjectId) << 1;
    final int known = remembered[subjectId];
    if ((known & ~1) == version) {
      return (known & 1) != 0;
    }
    final boolean isMatch = matches(table.subject(subjectId));
    remembered[subjectId] = version | (isMatch ? 1 : 0);
    return isMatch;
  }

  /** Whether a literal subject is wanted. */
  boolean matches(final byte[] subject) {
    if (isAll) {
      return true;
    }
    for (final byte[][] pattern : tokens) {
      if (matches(pattern, subject)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(final byte[][] pattern, final byte[] subject) {
    int at = 0;
    for (int i = 0; i < pattern.length; i++) {
      if (at > subject.length) {
        return false;
      }
      final byte[] token = pattern[i];
      if (token.length == 1 && token[0] == '>') {
        return at < subject.length;
      }
      int end = at;
      while (end < subject.length && subject[end] != '.') {
        end++;
      }
      final boolean isAny = token.length == 1 && token[0] == '*';
      if (!isAny && !Arrays.equals(subject, at, end, token, 0, token.length)) {
        return false;
      }
      at = end + 1;
    }
    return at > subject.length;
  }
}
