package io.mothership.storage.journal;

import io.mothership.journal.FrozenState;
import io.mothership.journal.StateEncoder;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/** A state that holds the messages it was told of, and is written as a text. */
final class HeldMessages implements FrozenState {
  private final String text;
  private final TreeMap<Long, Long> locations = new TreeMap<>();

  HeldMessages(final String text) {
    this.text = text;
  }

  /** The message of a stream sequence lives there. */
  HeldMessages add(final long streamSequence, final long location) {
    locations.put(streamSequence, location);
    return this;
  }

  @Override
  public void encode(final StateEncoder out) {
    out.bytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void forEachMessage(final MessageConsumer consumer) {
    locations.forEach((sequence, location) -> consumer.onMessage(3, sequence, location, 300));
  }
}
