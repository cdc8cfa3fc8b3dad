package io.mothership.app.distribution;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Turns the newest section of the project's changelog into the one that a Debian package has
 * (deb-changelog(5)).
 */
record DebianChangelog(String version, String maintainer, Instant time) {
  private static final String SOURCE = "mothership";
  private static final int COLUMNS = 80;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /**
   * @throws IllegalArgumentException if the newest section says nothing
   */
  String text(final String changelog) {
    final List<String> changes = changes(changelog);
    if (changes.isEmpty()) {
      throw new IllegalArgumentException("the changelog has no entry in its newest section");
    }
    final StringBuilder text = new StringBuilder();
    text.append(SOURCE).append(" (").append(version).append(") unstable; urgency=medium\n\n");
    changes.forEach(change -> appendWrapped(text, change));
    return text.append("\n -- ")
        .append(maintainer)
        .append("  ")
        .append(DATE.format(time))
        .append('\n')
        .toString();
  }

  /** Each entry in one line. */
  private static List<String> changes(final String changelog) {
    final List<String> changes = new ArrayList<>();
    boolean inSection = false;
    for (final String line : changelog.lines().toList()) {
      if (line.startsWith("## ")) {
        if (inSection) {
          break;
        }
        inSection = true;
      } else if (inSection && line.startsWith("- ")) {
        changes.add(line.substring(2).strip());
      } else if (!changes.isEmpty() && !line.isBlank()) {
        changes.add(changes.removeLast() + ' ' + line.strip());
      }
    }
    return changes;
  }

  private static void appendWrapped(final StringBuilder text, final String change) {
    final StringBuilder line = new StringBuilder("  *");
    for (final String word : change.split("\\s+")) {
      if (line.length() + 1 + word.length() > COLUMNS) {
        text.append(line).append('\n');
        line.setLength(0);
        line.append("   ");
      }
      line.append(' ').append(word);
    }
    text.append(line).append('\n');
  }
}
