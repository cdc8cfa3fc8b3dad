package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayPlaceTest {

  private static final String PREFIX = TrackReplay.idPrefix("e-1", "a-b.gpx");
  private static final ReplayProgress START = new ReplayProgress("e-1", "a-b.gpx", 9, 1, 0, false);

  @TempDir private Path folder;

  @Test
  void shouldReadItsOwnIds() {
    for (final ReplayPlace place :
        List.of(new ReplayPlace(1, 0), new ReplayPlace(1, 103), new ReplayPlace(12, 7))) {
      assertEquals(Optional.of(place), ReplayPlace.parse(place.id(PREFIX), PREFIX));
    }
    assertEquals("e-1-a-b.gpx-103", new ReplayPlace(1, 103).id(PREFIX));
    assertEquals("e-1-a-b.gpx-p2-103", new ReplayPlace(2, 103).id(PREFIX));
  }

  @Test
  void shouldNotReadOtherIds() {
    for (final String id :
        List.of("e-1-1761097805.049545", PREFIX, PREFIX + "x", PREFIX + "p-1", PREFIX + "p2-")) {
      assertEquals(Optional.empty(), ReplayPlace.parse(id, PREFIX), id);
    }
  }

  @Test
  void shouldBeginWithTheFirstPass() {
    assertEquals(START, TrackReplay.place(START, Optional.empty(), Optional.empty(), false));
  }

  @Test
  void shouldContinueWithTheRecordAfterTheLastStoredOne() {
    final Optional<ReplayProgress> kept = Optional.of(START.at(2, 40, false));

    assertEquals(START.at(2, 40, false), place(kept, Optional.empty()));
    assertEquals(START.at(2, 58, false), place(kept, Optional.of(new ReplayPlace(2, 57))));
    assertEquals(START.at(2, 40, false), place(kept, Optional.of(new ReplayPlace(2, 12))));
    assertEquals(START.at(2, 40, false), place(kept, Optional.of(new ReplayPlace(1, 103))));
  }

  @Test
  void shouldBeginANewPassAfterAFinishedOne() {
    final Optional<ReplayProgress> finished = Optional.of(START.at(1, 104, true));

    assertEquals(START.at(2, 0, false), place(finished, Optional.of(new ReplayPlace(1, 103))));
    assertEquals(
        START.at(2, 0, false),
        TrackReplay.place(START, Optional.of(START.at(1, 4, false)), Optional.empty(), true));
  }

  @Test
  void shouldNotReuseIdsWhenTheProgressFileIsGone() {
    assertEquals(
        START.at(4, 0, false), place(Optional.empty(), Optional.of(new ReplayPlace(3, 17))));
  }

  @Test
  void shouldKeepProgressInItsFile() {
    final Path file = folder.resolve("progress");
    assertEquals(Optional.empty(), ReplayProgress.read(file));
    START.at(3, 17, true).write(file);
    assertEquals(Optional.of(START.at(3, 17, true)), ReplayProgress.read(file));
  }

  @Test
  void shouldReadSpeeds() {
    assertEquals(10, ReplayOptions.parseSpeed("10"));
    assertEquals(0.5, ReplayOptions.parseSpeed("0.5"));
    assertEquals(ReplayOptions.SPEED_MAX, ReplayOptions.parseSpeed("max"));
    for (final String text : List.of("", "0", "-1", "fast", "NaN", "Infinity")) {
      assertThrows(IllegalArgumentException.class, () -> ReplayOptions.parseSpeed(text), text);
    }
  }

  private static ReplayProgress place(
      final Optional<ReplayProgress> kept, final Optional<ReplayPlace> stored) {
    return TrackReplay.place(START, kept, stored, false);
  }
}
