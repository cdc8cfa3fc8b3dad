package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;

/**
 * Finds a consumer by {@code <stream>.<consumer>} as it stands in a subject.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> only when it grows.
 */
final class ConsumerDirectory {
  private Consumer[] slots = new Consumer[32];
  private int count;

  void add(final Consumer consumer) {
    if ((count + 1) * 2 > slots.length) {
      final Consumer[] old = slots;
      slots = new Consumer[old.length * 2];
      for (final Consumer kept : old) {
        if (kept != null) {
          insert(kept);
        }
      }
    }
    insert(consumer);
    count++;
  }

  void remove(final Consumer consumer) {
    final int mask = slots.length - 1;
    int hole = home(consumer);
    while (slots[hole] != consumer) {
      if (slots[hole] == null) {
        return;
      }
      hole = (hole + 1) & mask;
    }
    for (int at = (hole + 1) & mask; slots[at] != null; at = (at + 1) & mask) {
      if (((at - home(slots[at])) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at];
        hole = at;
      }
    }
    slots[hole] = null;
    count--;
  }

  /** The consumer whose path stands at {@code offset} in a subject, up to two tokens; or null. */
  @HotPath
  Consumer find(final Slice subject, final int offset) {
    int end = offset;
    for (int dots = 0; end < subject.length(); end++) {
      if (subject.byteAt(end) == '.' && ++dots == 2) {
        break;
      }
    }
    int hash = 0;
    for (int i = offset; i < end; i++) {
      hash = 31 * hash + subject.byteAt(i);
    }
    final int mask = slots.length - 1;
    for (int at = spread(hash) & mask; slots[at] != null; at = (at + 1) & mask) {
      if (isEqual(slots[at].path(), subject, offset, end)) {
        return slots[at];
      }
    }
    return null;
  }

  private static boolean isEqual(
      final byte[] path, final Slice subject, final int offset, final int end) {
    if (path.length != end - offset) {
      return false;
    }
    for (int i = 0; i < path.length; i++) {
      if (path[i] != subject.byteAt(offset + i)) {
        return false;
      }
    }
    return true;
  }

  private void insert(final Consumer consumer) {
    int at = home(consumer);
    while (slots[at] != null) {
      at = (at + 1) & (slots.length - 1);
    }
    slots[at] = consumer;
  }

  private int home(final Consumer consumer) {
    int hash = 0;
    for (final byte b : consumer.path()) {
      hash = 31 * hash + b;
    }
    return spread(hash) & (slots.length - 1);
  }

  private static int spread(final int hash) {
    return hash ^ (hash >>> 15);
  }
}
