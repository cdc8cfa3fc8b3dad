package io.mothership.storage.sql;

import io.mothership.config.DatabaseUrl;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A new registry in each of the databases that there are. */
public enum TestRegistry {
  SQLITE {
    @Override
    public String newPlace(final Path folder) {
      return folder.resolve("fleet.db").toString();
    }
  },
  POSTGRES {
    @Override
    public String newPlace(final Path folder) {
      return PostgresServer.shared().newDatabase();
    }
  };

  private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(30);

  /** A file below {@code folder} or a URL, as a text that another process can be given. */
  public abstract String newPlace(Path folder);

  /**
   * What such a text means. A server needs a moment to see that a connection was closed, so one is
   * waited for as the product does.
   */
  public static SqlConfig config(final String place) {
    return place.contains("://")
        ? SqlConfig.of(DatabaseUrl.parse(place)).withWait(WAIT_NS)
        : SqlConfig.of(Path.of(place));
  }
}
