package io.mothership.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConfigTypeTest {
  @Test
  void shouldReadSizesAsNatsServerDoes() {
    assertEquals(64_000, ConfigType.SIZE.number("64k"));
    assertEquals(65_536, ConfigType.SIZE.number("64KB"));
    assertEquals(1 << 20, ConfigType.SIZE.number("1MB"));
    assertEquals(2L << 30, ConfigType.SIZE.number("2GiB"));
    assertEquals(-1, ConfigType.SIZE.number("-1"));
  }

  @Test
  void shouldReadDurations() {
    assertEquals(120_000_000_000L, ConfigType.DURATION.number("2m"));
    assertEquals(5_400_000_000_000L, ConfigType.DURATION.number("1h30m"));
    assertEquals(100_000_000L, ConfigType.DURATION.number("100ms"));
    assertEquals(1_500_000_000L, ConfigType.DURATION.number("1.5s"));
    assertEquals(10_000_000_000L, ConfigType.DURATION.number("10"));
  }

  @Test
  void shouldRefuseWhatIsNone() {
    for (final String text : List.of("", "x", "1x", "k", "1.5MB", "99999999999999999TB")) {
      assertThrows(IllegalArgumentException.class, () -> ConfigType.SIZE.number(text), text);
    }
    for (final String text : List.of("", "x", "1x", "m", "1h30", "-1s", "..s")) {
      assertThrows(IllegalArgumentException.class, () -> ConfigType.DURATION.number(text), text);
    }
    assertThrows(IllegalArgumentException.class, () -> ConfigType.SWITCH.number("maybe"));
    assertThrows(IllegalArgumentException.class, () -> ConfigType.COUNT.number("1.0"));
  }

  @Test
  void shouldReadWhatItPrints() {
    final SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < 1000; i++) {
      final long number = random.nextLong(1L << random.nextInt(1, 63));
      for (final ConfigType type :
          List.of(ConfigType.SIZE, ConfigType.DURATION, ConfigType.COUNT)) {
        assertEquals(number, type.number(type.text(number)), type.text(number));
      }
    }
  }
}
