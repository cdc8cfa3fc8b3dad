package io.mothership.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.ManualClock;
import io.mothership.metrics.JournalMetrics;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

final class MeteredJournalTest {
  private final ManualClock clock = new ManualClock(0);

  /** A journal whose every answer is another than the port's defaults. */
  private static final class FullJournal implements Journal, Upkeep {
    @Override
    public long append(final DirectBuffer buffer, final int offset, final int length) {
      return 7;
    }

    @Override
    public void sync() {}

    @Override
    public boolean isSpaceLow(final boolean isAskedAnew) {
      return isAskedAnew;
    }

    @Override
    public Optional<Upkeep> upkeep() {
      return Optional.of(this);
    }

    @Override
    public JournalReader reader() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    @Override
    public long checkpoint(final Checkpoint checkpoint, final FrozenState state) {
      return 0;
    }

    @Override
    public Optional<ByteBuffer> load() {
      return Optional.empty();
    }

    @Override
    public Relocations free(final FrozenState state) {
      return new Relocations();
    }

    @Override
    public void freeDead(final FrozenState state) {}

    @Override
    public void release() {}
  }

  @Test
  void shouldAnswerWhatTheJournalBehindItDoes() {
    final FullJournal full = new FullJournal();
    final MeteredJournal metered = new MeteredJournal(full, new JournalMetrics(clock), clock);
    assertTrue(metered.isSpaceLow(true));
    assertEquals(Optional.of(full), metered.upkeep());
  }

  @Test
  void shouldLeaveNoMethodOfThePortToItsDefault() {
    for (final Method method : Journal.class.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())) {
        assertTrue(
            Arrays.stream(MeteredJournal.class.getDeclaredMethods())
                .anyMatch(
                    own ->
                        own.getName().equals(method.getName())
                            && Arrays.equals(own.getParameterTypes(), method.getParameterTypes())),
            () -> "not handed on: " + method);
      }
    }
  }
}
