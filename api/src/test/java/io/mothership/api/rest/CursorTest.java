package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.ServiceException;
import org.junit.jupiter.api.Test;

final class CursorTest {
  @Test
  void shouldComeBackAsItWas() {
    for (final String key : new String[] {"1", "9223372036854775807", "Ž/x?&=", ""}) {
      final String cursor = Cursor.text("/list?{}", key);
      assertTrue(cursor.matches("[A-Za-z0-9_-]+"), cursor);
      assertEquals(key, Cursor.key("/list?{}", cursor));
    }
  }

  @Test
  void shouldRefuseWhatItDidNotGiveForThisList() {
    final String cursor = Cursor.text("/list?{status=[active]}", "42");
    for (final String wrong :
        new String[] {
          "",
          "42",
          "!",
          cursor.substring(1),
          cursor + "AAAA",
          (cursor.charAt(12) == 'B' ? "A" : "B") + cursor.substring(1),
          Cursor.text("/list?{}", "42"),
          "A".repeat(2_000)
        }) {
      final ServiceException refused =
          assertThrows(
              ServiceException.class, () -> Cursor.key("/list?{status=[active]}", wrong), wrong);
      assertEquals(ServiceException.Kind.INVALID, refused.kind());
    }
  }
}
