package io.mothership.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SystemClockTest {

  @Test
  void shouldTellTheTimeOfDay() {
    final long before = System.currentTimeMillis();
    final long wallMs = TimeUnit.NANOSECONDS.toMillis(Clock.system().wallNs());
    assertEquals(before, wallMs, 60_000, "within a minute of the machine's clock");
  }

  @Test
  void shouldNeverGoBackOnTheMonotonicClock() {
    long last = Clock.system().monotonicNs();
    for (int i = 0; i < 100_000; i++) {
      final long now = Clock.system().monotonicNs();
      assertTrue(now >= last);
      last = now;
    }
  }
}
