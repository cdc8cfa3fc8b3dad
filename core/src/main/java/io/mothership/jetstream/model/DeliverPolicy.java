package io.mothership.jetstream.model;

/** Where a consumer starts to read its stream. */
public enum DeliverPolicy {
  ALL("all", "all"),
  LAST("last", "last"),
  NEW("new", "new"),
  BY_START_SEQUENCE("by_start_sequence", "by start sequence"),
  BY_START_TIME("by_start_time", "by start time"),
  LAST_PER_SUBJECT("last_per_subject", "last per subject");

  private final String wireName;
  private final String words;

  DeliverPolicy(final String wireName, final String words) {
    this.wireName = wireName;
    this.words = words;
  }

  String wireName() {
    return wireName;
  }

  /** As error texts name it. */
  String words() {
    return words;
  }
}
