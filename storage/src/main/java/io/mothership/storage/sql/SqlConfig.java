package io.mothership.storage.sql;

import java.nio.file.Path;

/**
 * Where the registry lives and what it may use.
 *
 * @param file the SQLite file; its folder is made if missing
 * @param readersMax connections for reading
 * @param pendingMax writes that may wait; more are refused
 * @param groupMax writes in one commit
 */
public record SqlConfig(Path file, int readersMax, int pendingMax, int groupMax) {

  public SqlConfig {
    if (readersMax < 1 || pendingMax < 1 || groupMax < 1) {
      throw new IllegalArgumentException(
          "SQL limits out of range: readersMax=%d, pendingMax=%d, groupMax=%d"
              .formatted(readersMax, pendingMax, groupMax));
    }
  }

  public static SqlConfig of(final Path file) {
    return new SqlConfig(file, 4, 1024, 64);
  }
}
