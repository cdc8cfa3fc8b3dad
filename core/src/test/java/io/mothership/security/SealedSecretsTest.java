package io.mothership.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mothership.error.MothershipException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SealedSecretsTest {
  @TempDir private Path folder;

  @Test
  void shouldOpenWhatItSealedAlsoAfterAStart() throws Exception {
    final Path file = folder.resolve("secrets.key");
    final String sealed = SealedSecrets.open(file).seal("s\u00e9cret", "hook-1");
    assertFalse(sealed.contains("cret"));
    assertNotEquals(sealed, SealedSecrets.open(file).seal("s\u00e9cret", "hook-1"));
    assertEquals("s\u00e9cret", SealedSecrets.open(file).unseal(sealed, "hook-1"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of("secrets.key"), List.of(folder.toFile().list()));
  }

  @Test
  void shouldNotOpenWhatWasMovedChangedOrSealedWithAnotherKey() {
    final SealedSecrets secrets = SealedSecrets.open(folder.resolve("a"));
    final String sealed = secrets.seal("secret", "hook-1");
    final String changed = "v1." + (sealed.charAt(3) == 'A' ? 'B' : 'A') + sealed.substring(4);
    for (final String wrong :
        List.of(changed, "v1.", "v1.AAAA", "v2." + sealed, "secret", "v1.%")) {
      assertThrows(MothershipException.class, () -> secrets.unseal(wrong, "hook-1"), wrong);
    }
    assertThrows(MothershipException.class, () -> secrets.unseal(sealed, "hook-2"));
    final SealedSecrets others = SealedSecrets.open(folder.resolve("b"));
    assertThrows(MothershipException.class, () -> others.unseal(sealed, "hook-1"));
  }

  @Test
  void shouldRefuseAKeyThatOthersMayReadOrThatIsNone() throws Exception {
    final Path file = folder.resolve("key");
    SealedSecrets.open(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThrows(MothershipException.class, () -> SealedSecrets.open(file));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.write(file, new byte[31]);
    assertThrows(MothershipException.class, () -> SealedSecrets.open(file));
  }
}
