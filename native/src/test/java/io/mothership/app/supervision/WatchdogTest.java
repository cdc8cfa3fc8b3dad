package io.mothership.app.supervision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.dispatch.Pulse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private final Pulse dispatch = new Pulse("ms-dispatch");
  private final Pulse journal = new Pulse("ms-journal");
  private final AtomicInteger told = new AtomicInteger();
  private final Watchdog watchdog =
      new Watchdog(1, List.of(dispatch, journal), told::incrementAndGet);

  @Test
  void shouldTellWhileAllMakeProgress() {
    for (int i = 1; i <= 3; i++) {
      dispatch.beat();
      journal.beat();
      watchdog.look();
      assertEquals(i, told.get());
    }
  }

  @Test
  void shouldNotTellWhileOneHangs() {
    journal.beat();
    watchdog.look();
    journal.beat();
    watchdog.look();
    assertEquals(0, told.get());
    journal.beat();
    dispatch.beat();
    watchdog.look();
    assertEquals(1, told.get());
  }
}
