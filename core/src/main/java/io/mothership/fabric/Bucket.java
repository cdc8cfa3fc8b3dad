package io.mothership.fabric;

import java.time.Duration;

/**
 * A bucket of the key-value store, as it is to be made.
 *
 * @param name letters, digits, {@code -} and {@code _}
 * @param history values kept of each key, 1 to 64
 * @param valueBytesMax of one value, -1 = no limit
 * @param bytesMax of all, -1 = no limit
 * @param age values go after so long; zero = never
 * @param isSynced whether a put is acknowledged only when the disk has it
 */
public record Bucket(
    String name, int history, int valueBytesMax, long bytesMax, Duration age, boolean isSynced) {
  private static final int HISTORY_MAX = 64;

  public Bucket {
    if (!name.matches("[A-Za-z0-9_-]{1,200}")) {
      throw new IllegalArgumentException("not a bucket name: length=" + name.length());
    }
    if (history < 1 || history > HISTORY_MAX) {
      throw new IllegalArgumentException(
          "history: min=1, max=" + HISTORY_MAX + ", actual=" + history);
    }
  }

  public static Bucket of(final String name) {
    return new Bucket(name, 1, -1, -1, Duration.ZERO, true);
  }

  public Bucket history(final int newHistory) {
    return new Bucket(name, newHistory, valueBytesMax, bytesMax, age, isSynced);
  }

  public Bucket bytesMax(final long newMax) {
    return new Bucket(name, history, valueBytesMax, newMax, age, isSynced);
  }

  /** The same whose puts are acknowledged before the disk has them. */
  public Bucket unsynced() {
    return new Bucket(name, history, valueBytesMax, bytesMax, age, false);
  }

  /** The stream that keeps it. */
  String stream() {
    return "KV_" + name;
  }

  /** What its keys stand behind. */
  String prefix() {
    return "$KV." + name + ".";
  }
}
