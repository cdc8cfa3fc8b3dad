package io.mothership.journal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Checkpoints kept in a list, for journals whose locations are positions in a list. */
final class StoredCheckpoints {
  private static final int BUFFER_LENGTH = 4096;

  private record Stored(Checkpoint checkpoint, byte[] state) {}

  private final List<Stored> stored = new ArrayList<>();
  private final List<ByteBuffer> copies = new ArrayList<>();

  void add(final Checkpoint checkpoint, final FrozenState state) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final StateEncoder out =
        new StateEncoder(
            BUFFER_LENGTH,
            part -> {
              final byte[] copy = new byte[part.remaining()];
              part.get(copy);
              bytes.writeBytes(copy);
            });
    state.encode(out);
    out.finish();
    stored.add(new Stored(checkpoint, bytes.toByteArray()));
  }

  /** A copy of the newest one's state. */
  ByteBuffer load() {
    return copy(stored.getLast());
  }

  /** Gives up all copies but the newest: whoever still looks there finds nonsense. */
  void release() {
    final List<ByteBuffer> outdated = copies.subList(0, Math.max(0, copies.size() - 1));
    outdated.forEach(copy -> Arrays.fill(copy.array(), (byte) -1));
    outdated.clear();
  }

  private ByteBuffer copy(final Stored original) {
    copies.add(ByteBuffer.wrap(original.state.clone()).order(ByteOrder.LITTLE_ENDIAN));
    return copies.getLast();
  }

  /** Forgets the newest one: its name had not reached the disk. */
  void removeNewest() {
    stored.removeLast();
  }

  /** Deletes all but the newest ones. */
  void keep(final int count) {
    while (stored.size() > count) {
      stored.removeFirst();
    }
  }

  void addAll(final StoredCheckpoints others) {
    stored.addAll(others.stored);
  }

  int count() {
    return stored.size();
  }

  /** Journal sequence of the one before the newest, 0 = none. */
  long olderSequence() {
    return stored.size() < 2 ? 0 : stored.get(stored.size() - 2).checkpoint.journalSequence();
  }

  /**
   * Offers the newest one of a frame that is among the first {@code frameCount}.
   *
   * @return journal sequence of the one that was taken, 0 = none
   */
  long offer(final RecoveryListener listener, final long frameCount) {
    for (final Stored candidate : stored.reversed()) {
      if (candidate.checkpoint.journalSequence() <= frameCount
          && listener.onCheckpoint(candidate.checkpoint, new StateDecoder(copy(candidate)))) {
        return candidate.checkpoint.journalSequence();
      }
    }
    return 0;
  }
}
