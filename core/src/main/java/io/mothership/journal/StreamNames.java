package io.mothership.journal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Names of streams by their id in the frame, also of those deleted since. Any thread. */
public final class StreamNames {
  private final Map<Integer, String> names = new ConcurrentHashMap<>();

  public void put(final int streamId, final String name) {
    names.put(streamId, name);
  }

  /** Empty for an unknown id. */
  public String name(final int streamId) {
    return names.getOrDefault(streamId, "");
  }
}
