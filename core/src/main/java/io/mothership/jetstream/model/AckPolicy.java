package io.mothership.jetstream.model;

/** How a consumer's deliveries are acknowledged. */
public enum AckPolicy {
  NONE("none"),
  /** An acknowledgement covers everything delivered before. */
  ALL("all"),
  EXPLICIT("explicit"),
  /** Acknowledged through the answers to flow control requests. */
  FLOW_CONTROL("flow_control");

  private final String wireName;

  AckPolicy(final String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }
}
