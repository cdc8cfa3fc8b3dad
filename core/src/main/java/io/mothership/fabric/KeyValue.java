package io.mothership.fabric;

import java.util.List;
import java.util.Optional;

/**
 * A bucket of the key-value store as NATS defines it on JetStream: any NATS client sees the same.
 *
 * <p>Keys are letters, digits and {@code - _ = / .}, no dot at either end or beside another.
 *
 * <p><i>Thread:</i> any; calls wait for the answer, so use virtual threads. Each throws a {@link
 * FabricException} if it was refused.
 */
public interface KeyValue {

  String bucket();

  /** The value of now; nothing if there is none or it was deleted. */
  Optional<Entry> get(String key);

  /** The value that had this revision; nothing if it is not kept or of another key. */
  Optional<Entry> get(String key, long revision);

  /** Sets a value, whatever was there; answers its revision. */
  long put(String key, byte[] value);

  /**
   * Sets the value of a key that has none or whose value was deleted.
   *
   * @throws FabricException {@code CONFLICT}: it has one
   */
  long create(String key, byte[] value);

  /**
   * Sets a value if the one there is of this revision.
   *
   * @throws FabricException {@code CONFLICT}: it is of another
   */
  long update(String key, byte[] value, long revision);

  /** Takes the value away and keeps what was before as history. */
  void delete(String key);

  /** Takes the value and its history away. */
  void purge(String key);

  /** The keys that have a value and match, in no order; {@code *} and {@code >} as in subjects. */
  List<String> keys(String filter);

  /** All keys that have a value. */
  default List<String> keys() {
    return keys(">");
  }

  /** What is kept of a key, deletions too, oldest first. */
  List<Entry> history(String key);

  /**
   * Tells the present values of the keys that match, then {@link Watcher#onCurrent} once, then each
   * change, until closed.
   */
  AutoCloseable watch(String filter, Watcher watcher);

  /** What became of a key. */
  enum Operation {
    PUT,
    DELETE,
    PURGE
  }

  /**
   * A value, or its end.
   *
   * @param revision of the bucket when it was set
   * @param timeNs when that was, ns since 1970
   */
  record Entry(String key, byte[] value, long revision, long timeNs, Operation operation) {}

  /** Is told of changes, on a virtual thread of its own, in order. */
  interface Watcher {
    void onEntry(Entry entry);

    /** Everything that was there when the watch began was told. */
    default void onCurrent() {}
  }
}
