package io.mothership.jetstream.index;

import io.mothership.routing.Subjects;
import java.nio.charset.StandardCharsets;

/**
 * Questions about subjects given as text, for the API; the message path asks {@link Subjects}.
 *
 * <p>Any thread, stateless.
 */
public final class SubjectPatterns {
  private SubjectPatterns() {}

  public static boolean isValid(final String subject) {
    return Subjects.isValid(bytes(subject));
  }

  /** Whether it is valid and names one subject. */
  public static boolean isValidLiteral(final String subject) {
    return Subjects.isLiteral(bytes(subject));
  }

  /** Whether some literal subject matches both. */
  public static boolean overlap(final String one, final String other) {
    return Subjects.overlap(bytes(one), bytes(other));
  }

  /** Whether every literal subject that {@code inner} matches is matched by {@code outer}. */
  public static boolean isSubset(final String inner, final String outer) {
    return Subjects.covers(bytes(outer), bytes(inner));
  }

  public static String[] tokens(final String subject) {
    return subject.split("\\.", -1);
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
