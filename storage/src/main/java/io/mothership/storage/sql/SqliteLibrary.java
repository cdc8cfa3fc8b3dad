package io.mothership.storage.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite's native library, unpacked once beside the registry and loaded from there ever after.
 *
 * <p>Left to itself the driver unpacks it into a new temporary file at every start, compares the
 * two byte by byte, and starts {@code uname} to learn where it is; that takes longer than all the
 * rest of a start.
 *
 * <p><i>Thread:</i> whoever opens the registry, before the driver is used.
 */
final class SqliteLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);

  /** Where the driver looks first; names the user's own library if it is set already. */
  private static final String PATH_PROPERTY = "org.sqlite.lib.path";

  private static final String NAME_PROPERTY = "org.sqlite.lib.name";

  /**
   * Where the driver would unpack to; it looks through this folder for left-overs at every start.
   */
  private static final String TMPDIR_PROPERTY = "org.sqlite.tmpdir";

  private SqliteLibrary() {}

  /**
   * Sees to it that the driver finds the library in {@code folder}. If that cannot be, or what is
   * there cannot be loaded, the driver goes its own way.
   */
  static synchronized void keepIn(final Path folder) {
    if (System.getProperty(PATH_PROPERTY) != null) {
      return;
    }
    // A folder may move to another machine, and outlives the version that made it.
    final String name =
        "sqlitejdbc-" + SQLiteJDBCLoader.getVersion() + "-" + System.getProperty("os.arch");
    final Path library = folder.toAbsolutePath().resolve(System.mapLibraryName(name));
    try {
      if (!Files.exists(library)) {
        unpack(library);
      }
      System.setProperty(PATH_PROPERTY, library.getParent().toString());
      System.setProperty(NAME_PROPERTY, library.getFileName().toString());
      if (System.getProperty(TMPDIR_PROPERTY) == null) {
        System.setProperty(TMPDIR_PROPERTY, library.getParent().toString());
      }
    } catch (final IOException e) {
      LOG.warn("SQLite's library cannot be kept: path={}, cause={}", library, e.toString());
    }
  }

  /** It appears whole or not at all, also after a power cut: nobody looks at its contents again. */
  private static void unpack(final Path library) throws IOException {
    final String resource =
        LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName();
    try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("not in the driver: " + resource);
      }
      Files.createDirectories(library.getParent());
      final Path part = library.resolveSibling(library.getFileName() + ".part");
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        final ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(
          part, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
