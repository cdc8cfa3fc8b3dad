package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.stream.Stream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The consumers of one stream.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message.
 */
public final class ConsumerRegistry {
  private final Stream stream;
  private final TreeMap<String, Consumer> byName = new TreeMap<>();
  private final List<Consumer> all = new ArrayList<>();
  private long seenSequence;

  ConsumerRegistry(final Stream stream) {
    this.stream = stream;
    this.seenSequence = stream.committedSequence();
  }

  Stream stream() {
    return stream;
  }

  /** In the order of their names. */
  public Collection<Consumer> consumers() {
    return Collections.unmodifiableCollection(byName.values());
  }

  public Optional<Consumer> find(final String name) {
    return Optional.ofNullable(byName.get(name));
  }

  void add(final Consumer consumer) {
    byName.put(consumer.name(), consumer);
    all.add(consumer);
  }

  void remove(final Consumer consumer) {
    byName.remove(consumer.name());
    all.remove(consumer);
  }

  /** Consumers as the stream's {@code max_consumers} counts them. */
  public int limitedCount() {
    int count = 0;
    for (final Consumer consumer : all) {
      if (!consumer.config().isDirect()) {
        count++;
      }
    }
    return count;
  }

  /** Messages up to the stream's commit position became visible. */
  @HotPath
  void onCommitted() {
    final long committed = stream.committedSequence();
    final StreamIndex index = stream.index();
    for (long at = index.nextPresent(seenSequence + 1);
        at <= committed;
        at = index.nextPresent(at + 1)) {
      final int subjectId = index.subjectId(at);
      for (int i = 0; i < all.size(); i++) {
        all.get(i).onCommitted(at, subjectId);
      }
    }
    seenSequence = committed;
  }

  /** What was there at the start is counted already. */
  void skipCommitted() {
    seenSequence = stream.committedSequence();
  }

  void onRemoving(final long sequence) {
    final int subjectId = stream.index().subjectId(sequence);
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onRemoving(sequence, subjectId);
    }
  }

  void onPurged() {
    seenSequence = stream.committedSequence();
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onPurged();
    }
  }

  /** Whether some consumer's filter takes a subject. */
  boolean wants(final Slice subject) {
    if (all.isEmpty()) {
      return false;
    }
    final int subjectId = stream.index().subjects().find(subject);
    if (subjectId != SubjectTable.NONE) {
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i).cursor().filter().matches(subjectId)) {
          return true;
        }
      }
      return false;
    }
    final byte[] bytes = subject.toByteArray();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).cursor().filter().matches(bytes)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a consumer of an interest stream still waits for a message. */
  boolean isNeeded(final long sequence) {
    final int subjectId = stream.index().subjectId(sequence);
    for (int i = 0; i < all.size(); i++) {
      final Consumer consumer = all.get(i);
      if (consumer.cursor().filter().matches(subjectId) && consumer.isNeeded(sequence)) {
        return true;
      }
    }
    return false;
  }

  /** Lets go the messages of an interest stream up to {@code end} that nobody waits for. */
  void sweep(final long end) {
    final StreamIndex index = stream.index();
    final long last = Math.min(end, stream.committedSequence());
    for (long at = index.nextPresent(index.first()); at <= last; at = index.nextPresent(at + 1)) {
      if (!isNeeded(at)) {
        stream.remove(at);
      }
    }
  }

  /** Whether filters of other consumers leave room for these; for work queues. */
  public boolean isUnique(final String name, final List<String> filters) {
    for (final Consumer other : all) {
      if (other.name().equals(name) || other.config().isDirect() || other.config().isSourcing()) {
        continue;
      }
      for (final String filter : filters) {
        if (other.config().filters().isEmpty()) {
          return false;
        }
        for (final String taken : other.config().filters()) {
          if (SubjectPatterns.overlap(filter, taken)) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
