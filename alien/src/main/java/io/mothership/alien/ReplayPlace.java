package io.mothership.alien;

import java.util.Optional;

/**
 * One record of one pass over a file, as its message id names it.
 *
 * @param pass from 1
 * @param recordIndex from 0
 */
record ReplayPlace(long pass, long recordIndex) {

  String id(final String prefix) {
    return pass == 1 ? prefix + recordIndex : prefix + "p" + pass + "-" + recordIndex;
  }

  static Optional<ReplayPlace> parse(final String id, final String prefix) {
    if (!id.startsWith(prefix)) {
      return Optional.empty();
    }
    final String rest = id.substring(prefix.length());
    final int dash = rest.indexOf('-');
    try {
      if (dash < 0) {
        return Optional.of(new ReplayPlace(1, Long.parseUnsignedLong(rest)));
      }
      if (!rest.startsWith("p")) {
        return Optional.empty();
      }
      return Optional.of(
          new ReplayPlace(
              Long.parseUnsignedLong(rest, 1, dash, 10),
              Long.parseUnsignedLong(rest, dash + 1, rest.length(), 10)));
    } catch (final NumberFormatException e) {
      return Optional.empty();
    }
  }
}
