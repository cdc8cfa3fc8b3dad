package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistryNoteTest {
  @TempDir private Path folder;

  private RegistryNote sqlite() {
    return new RegistryNote(folder.resolve("data"), Optional.empty());
  }

  private RegistryNote postgres(final String place) {
    return new RegistryNote(folder.resolve("data"), Optional.of("PostgreSQL " + place));
  }

  private Path file() {
    return folder.resolve("data").resolve("registry");
  }

  @Test
  void shouldLeaveNothingBehindWithSqlite() {
    sqlite().check();
    sqlite().write();
    assertFalse(Files.exists(folder.resolve("data")));
  }

  @Test
  void shouldRefuseSqliteAfterPostgresAndSayWhereTheRecordsAre() {
    postgres("db.example:5432/fleet").check();
    postgres("db.example:5432/fleet").write();
    final MothershipException refused =
        assertThrows(MothershipException.class, () -> sqlite().check());
    assertEquals("REGISTRY_ELSEWHERE", refused.code());
    assertEquals(MothershipException.Category.CONFIGURATION, refused.category());
    assertTrue(
        refused.getMessage().contains("last=PostgreSQL db.example:5432/fleet"),
        refused::getMessage);
    assertTrue(refused.getMessage().contains(file().toString()), refused::getMessage);
  }

  @Test
  void shouldTakeAnotherPostgresAndSqliteWhenTheNoteWasDeleted() throws IOException {
    postgres("one/fleet").write();
    postgres("two/fleet").check();
    postgres("two/fleet").write();
    assertEquals("PostgreSQL two/fleet\n", Files.readString(file()));
    Files.delete(file());
    sqlite().check();
  }
}
