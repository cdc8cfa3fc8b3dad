package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistrationTest {

  @TempDir private Path folder;

  @Test
  void shouldReadWhatItWroteAndLeaveNothingElseBehind() throws IOException {
    final Path file = folder.resolve("deep/.alien_config.json");
    final Registration registration = new Registration("o-1", "e-1", "Fleet", "drone", "Ziggy");

    registration.write(file);
    registration.write(file);

    assertEquals(Optional.of(registration), Registration.read(file));
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void shouldReadTheStateFileOfThePythonAlien() throws IOException {
    final Path file = folder.resolve("state");
    Files.writeString(
        file,
        """
        {
          "org_id": "ae9c65d0-b5f3-4cec-8ffa-68ff1173e050",
          "entity_id": "5458eec0-b0e3-4290-8db5-17936dbbfc64",
          "org_name": "Test Fleet",
          "entity_type": "drone",
          "entity_name": "Alien-001"
        }
        """);

    final Registration registration = Registration.read(file).orElseThrow();

    assertEquals("ae9c65d0-b5f3-4cec-8ffa-68ff1173e050", registration.orgId());
    assertEquals("Alien-001", registration.entityName());
  }

  @Test
  void shouldFindNothingWhereThereIsNoFile() {
    assertEquals(Optional.empty(), Registration.read(folder.resolve("absent")));
  }

  @Test
  void shouldRefuseAFileWithoutARegistration() throws IOException {
    for (final String text :
        List.of("", "{", "{}", "{\"org_id\":\"a\"}", "{\"org_id\":\"a.b\",\"entity_id\":\"*\"}")) {
      final Path file = folder.resolve("broken");
      Files.writeString(file, text);

      final AlienException e =
          assertThrows(AlienException.class, () -> Registration.read(file), text);
      assertEquals(AlienException.Reason.STATE, e.reason());
    }
  }
}
