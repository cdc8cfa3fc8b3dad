package io.mothership.app.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DebianChangelogTest {
  private static final DebianChangelog CHANGELOG =
      new DebianChangelog("1.2.0", "Ada <ada@example.org>", Instant.parse("2026-03-04T05:06:07Z"));

  @Test
  void shouldHaveTheNewestSectionOnly() {
    final String text =
        CHANGELOG.text(
            """
            # Changelog

            What users notice.

            ## 1.2.0

            - One thing.
            - Another thing that has so much to say for itself that it goes on
              in a second line.

            ## 1.1.0

            - An old thing.
            """);
    assertEquals(
        """
        mothership (1.2.0) unstable; urgency=medium

          * One thing.
          * Another thing that has so much to say for itself that it goes on in a second
            line.

         -- Ada <ada@example.org>  Wed, 04 Mar 2026 05:06:07 +0000
        """,
        text);
  }

  @Test
  void shouldTakeTheProjectsOwn() throws IOException {
    final String text = CHANGELOG.text(Files.readString(Path.of("../CHANGELOG.md")));
    assertTrue(text.lines().filter(line -> line.startsWith("  * ")).count() > 10, text);
    assertTrue(text.lines().allMatch(line -> line.length() <= 80), text);
  }

  @Test
  void shouldRefuseASectionWithoutEntries() {
    assertThrows(IllegalArgumentException.class, () -> CHANGELOG.text("# Changelog\n\n## 1.2.0\n"));
  }
}
