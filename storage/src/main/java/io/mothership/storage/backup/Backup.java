package io.mothership.storage.backup;

import io.mothership.error.MothershipException;
import io.mothership.storage.journal.DirectoryLock;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.sql.DatabaseCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies a data folder while the appliance may be running.
 *
 * <p>The registry first, the journal after it. An event leaves the registry's outbox only when the
 * journal has it, so whatever the older registry misses in its outbox is in the newer journal: a
 * restored appliance has the event of every change it knows of, once. Of changes made between the
 * two, a moment, it may have the event without the change. The segment being written is copied
 * before the others and from front to back: what is cut off at its end was not acknowledged before
 * the backup began.
 *
 * <p><i>Thread:</i> one.
 */
public final class Backup {
  private static final Logger LOG = LoggerFactory.getLogger(Backup.class);
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Path dataDirectory;
  private final Path database;
  private final Path target;
  private final BackupStore store;
  private final Progress progress;
  private long copiedBytes;
  private long totalBytes;

  /** Is told how far a backup or a restore came. */
  @FunctionalInterface
  public interface Progress {
    void onProgress(long doneBytes, long totalBytes);
  }

  /**
   * What was done.
   *
   * @param name of the backup
   * @param files in it
   * @param bytes of all of them
   * @param copiedBytes of those that the target did not have yet
   */
  public record Summary(String name, int files, long bytes, long copiedBytes) {}

  private Backup(
      final Path dataDirectory, final Path database, final Path target, final Progress progress) {
    this.dataDirectory = dataDirectory;
    this.database = database;
    this.target = target;
    this.store = new BackupStore(target);
    this.progress = progress;
  }

  /**
   * Makes a backup and forgets old ones.
   *
   * @param database the registry's file; nothing if it is not there
   * @param kept backups that stay, this one included
   * @throws MothershipException {@code BACKUP_FAILED}, {@code BACKUP_RUNNING}; older backups are
   *     intact
   */
  public static Summary run(
      final Path dataDirectory,
      final Path database,
      final Path target,
      final int kept,
      final Progress progress) {
    if (!Files.isDirectory(dataDirectory.resolve("journal"))) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "NO_DATA",
          "this is no data folder: path=" + dataDirectory);
    }
    try (DirectoryLock lock = lock(target)) {
      return new Backup(dataDirectory, database, target, progress).run(kept);
    } catch (final IOException e) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "BACKUP_FAILED",
          "no backup was made: from=" + dataDirectory + ", to=" + target + ", cause=" + e,
          e);
    }
  }

  /** What one backup has put there, and not listed yet, another would delete. */
  private static DirectoryLock lock(final Path target) {
    try {
      return DirectoryLock.acquire(target);
    } catch (final MothershipException e) {
      if (!e.code().equals(DirectoryLock.LOCKED)) {
        throw e;
      }
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "BACKUP_RUNNING",
          "another backup into this folder is under way: path=" + target,
          e);
    }
  }

  private Summary run(final int kept) throws IOException {
    store.create();
    final Optional<String> last = store.names().stream().findFirst();
    final Map<String, BackupManifest.Entry> known = new HashMap<>();
    if (last.isPresent()) {
      store
          .tryRead(last.get())
          .ifPresent(found -> found.entries().forEach(entry -> known.put(entry.path(), entry)));
    }
    final String name = nameAfter(last);
    final List<BackupManifest.Entry> entries = new ArrayList<>();
    if (Files.exists(database)) {
      entries.add(copyDatabase());
    }
    try (JournalCut cut = JournalCut.take(FileFacade.system(), dataDirectory)) {
      final List<JournalCut.Held> held = new ArrayList<>(cut.held());
      held.sort(Comparator.comparing(JournalCut.Held::isFinal));
      totalBytes += held.stream().mapToLong(JournalCut.Held::length).sum();
      for (final JournalCut.Held file : held) {
        entries.add(copy(file, known.get(file.path())));
      }
    }
    store.commit(new BackupManifest(name, entries));
    try {
      store.keep(kept);
    } catch (final IOException e) {
      LOG.warn("old backups are still there, this one was made: cause={}", e.toString());
    }
    final long bytes = entries.stream().mapToLong(BackupManifest.Entry::length).sum();
    return new Summary(name, entries.size(), bytes, copiedBytes);
  }

  /** The time, but always behind the last one: a clock may have been set back. */
  private static String nameAfter(final Optional<String> last) {
    final String now = NAME.format(Instant.now());
    if (last.isEmpty() || last.get().compareTo(now) < 0) {
      return now;
    }
    try {
      return NAME.format(NAME.parse(last.get(), Instant::from).plusMillis(1));
    } catch (final DateTimeException e) {
      // Somebody else's file.
      return now;
    }
  }

  private BackupManifest.Entry copyDatabase() throws IOException {
    final Path copy = target.resolve(Restore.DATABASE);
    try {
      DatabaseCopy.write(database, copy);
      final long length = Files.size(copy);
      totalBytes += length;
      final BackupStore.Stored stored = store.put(copy, length, this::onCopied);
      return new BackupManifest.Entry(stored.hash(), length, 0, Restore.DATABASE);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private BackupManifest.Entry copy(final JournalCut.Held file, final BackupManifest.Entry known)
      throws IOException {
    final long modifiedNs = modifiedNs(file.link());
    if (file.isFinal()
        && known != null
        && known.length() == file.length()
        && known.modifiedNs() == modifiedNs
        && store.has(known)) {
      totalBytes -= file.length();
      return known;
    }
    if (file.isFinal()) {
      final BackupStore.Stored stored = store.put(file.link(), file.length(), this::onCopied);
      return new BackupManifest.Entry(stored.hash(), file.length(), modifiedNs, file.path());
    }
    // If it is sealed meanwhile, what it never used is cut off.
    final BackupStore.Stored stored = store.putUpTo(file.link(), file.length(), this::onCopied);
    totalBytes -= file.length() - stored.length();
    return new BackupManifest.Entry(stored.hash(), stored.length(), 0, file.path());
  }

  private static long modifiedNs(final Path file) throws IOException {
    final Instant modified = Files.getLastModifiedTime(file).toInstant();
    return modified.getEpochSecond() * 1_000_000_000L + modified.getNano();
  }

  private void onCopied(final long bytes) {
    copiedBytes += bytes;
    progress.onProgress(copiedBytes, totalBytes);
  }
}
