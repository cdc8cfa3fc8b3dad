package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mothership.error.ServiceException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EntityTagTest {
  @Test
  void shouldLetThoseChangeWhoHaveTheVersionThatIsThere() {
    for (final String header : new String[] {"\"7\"", "*", " \"1\" , \"7\"", "\"7\",\"8\""}) {
      assertDoesNotThrow(
          () -> EntityTag.requireMatch(Optional.of(header), EntityTag.of(7)), header);
    }
    assertDoesNotThrow(() -> EntityTag.requireMatch(Optional.empty(), EntityTag.of(7)));
  }

  @Test
  void shouldRefuseThoseWhoHaveAnother() {
    for (final String header :
        new String[] {"\"6\"", "", "7", "W/\"7\"", "\"77\"", "\"1\",\"8\""}) {
      final ServiceException refused =
          assertThrows(
              ServiceException.class,
              () -> EntityTag.requireMatch(Optional.of(header), EntityTag.of(7)),
              header);
      assertEquals(ServiceException.Kind.PRECONDITION, refused.kind());
    }
    assertEquals(
        "it has changed meanwhile: wanted=6, actual=7",
        assertThrows(
                ServiceException.class,
                () -> EntityTag.requireMatch(Optional.of("\"6\""), EntityTag.of(7)))
            .getMessage());
  }
}
