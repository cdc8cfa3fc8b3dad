package io.mothership.api.telemetry;

import java.util.EnumSet;
import java.util.Set;

/** What a record of the journal is to a client. */
enum RecordKind {
  TELEMETRY("telemetry"),
  EVENT("event"),
  ENTITY("entity"),
  COMMAND("command");

  private final String text;

  RecordKind(final String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /**
   * A comma-separated list; empty text means all.
   *
   * @throws IllegalArgumentException if a word is unknown; the message is for the client
   */
  static Set<RecordKind> parseList(final String list) {
    if (list.isBlank()) {
      return EnumSet.allOf(RecordKind.class);
    }
    final Set<RecordKind> kinds = EnumSet.noneOf(RecordKind.class);
    for (final String word : list.split(",", -1)) {
      kinds.add(parse(word.strip()));
    }
    return kinds;
  }

  private static RecordKind parse(final String word) {
    for (final RecordKind kind : values()) {
      if (kind.text.equals(word)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "unknown type: wanted=telemetry|event|entity|command, actual="
            + word.substring(0, Math.min(word.length(), 32)));
  }
}
