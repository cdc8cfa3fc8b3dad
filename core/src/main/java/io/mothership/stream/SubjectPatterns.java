package io.mothership.stream;

/**
 * Questions about two subjects with wildcards, by their text; for the API, not for the message path.
 *
 * <p>Any thread, stateless.
 */
final class SubjectPatterns {
  private SubjectPatterns() {}

  /** Non-empty tokens, no blanks, {@code >} only last, wildcards only as whole tokens matter. */
  static boolean isValid(final String subject) {
    if (subject.isEmpty()) {
      return false;
    }
    final String[] tokens = tokens(subject);
    for (int i = 0; i < tokens.length; i++) {
      final String token = tokens[i];
      if (token.isEmpty()) {
        return false;
      }
      for (int c = 0; c < token.length(); c++) {
        if (" \t\n\r\f\0".indexOf(token.charAt(c)) >= 0) {
          return false;
        }
      }
      if (token.equals(">") && i != tokens.length - 1) {
        return false;
      }
    }
    return true;
  }

  /** Whether no token is a wildcard. */
  static boolean isLiteral(final String subject) {
    for (final String token : tokens(subject)) {
      if (token.equals("*") || token.equals(">")) {
        return false;
      }
    }
    return true;
  }

  static boolean isValidLiteral(final String subject) {
    return isValid(subject) && isLiteral(subject);
  }

  /** Whether some literal subject matches both. */
  static boolean overlap(final String one, final String other) {
    final String[] a = tokens(one);
    final String[] b = tokens(other);
    for (int i = 0; ; i++) {
      if (i == a.length || i == b.length) {
        return a.length == b.length;
      }
      if (a[i].equals(">") || b[i].equals(">")) {
        return true;
      }
      if (!a[i].equals("*") && !b[i].equals("*") && !a[i].equals(b[i])) {
        return false;
      }
    }
  }

  /** Whether every literal subject that {@code inner} matches is matched by {@code outer}. */
  static boolean isSubset(final String inner, final String outer) {
    final String[] a = tokens(inner);
    final String[] b = tokens(outer);
    for (int i = 0; ; i++) {
      if (i == b.length) {
        return i == a.length;
      }
      if (b[i].equals(">")) {
        return i < a.length;
      }
      if (i == a.length || a[i].equals(">")) {
        return false;
      }
      if (!b[i].equals("*") && (a[i].equals("*") || !a[i].equals(b[i]))) {
        return false;
      }
    }
  }

  static String[] tokens(final String subject) {
    return subject.split("\\.", -1);
  }
}
