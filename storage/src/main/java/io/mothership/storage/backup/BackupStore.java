package io.mothership.storage.backup;

import io.mothership.error.MothershipException;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where backups lie: each file once, named by the hash of its bytes, and a manifest per backup. A
 * backup is there when its manifest is, which is written last.
 */
final class BackupStore {
  private static final Logger LOG = LoggerFactory.getLogger(BackupStore.class);
  private static final int PART = 256 * 1024;
  private static final String UNFINISHED = ".unfinished";

  private final FileFacade files = FileFacade.system();
  private final Path objects;
  private final Path manifests;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(PART);

  BackupStore(final Path folder) {
    objects = folder.resolve("objects");
    manifests = folder.resolve("backups");
  }

  void create() throws IOException {
    files.createDirectories(objects);
    files.createDirectories(manifests);
    deleteUnfinished(objects);
    deleteUnfinished(manifests);
  }

  /** Names of all backups, newest first; nothing of them was looked at. */
  List<String> names() throws IOException {
    if (!Files.isDirectory(manifests)) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "NO_BACKUP",
          "there is no backup: path=" + manifests.getParent());
    }
    try (var entries = Files.list(manifests)) {
      return entries
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(UNFINISHED))
          .sorted(Comparator.reverseOrder())
          .toList();
    }
  }

  /** What a backup consists of; empty if its list is damaged, which is nobody else's concern. */
  Optional<BackupManifest> tryRead(final String name) throws IOException {
    try {
      return Optional.of(read(name));
    } catch (final MothershipException e) {
      LOG.warn(e.getMessage());
      return Optional.empty();
    }
  }

  private BackupManifest read(final String name) throws IOException {
    return BackupManifest.read(manifests.resolve(name));
  }

  boolean has(final BackupManifest.Entry entry) throws IOException {
    final Path object = objects.resolve(entry.hash());
    return Files.exists(object) && Files.size(object) == entry.length();
  }

  /**
   * What lies in the store now.
   *
   * @param hash SHA-256 of its bytes, in hex
   */
  record Stored(String hash, long length) {}

  /** Copies the first {@code length} bytes of a file into the store; an error if it has fewer. */
  Stored put(final Path source, final long length, final LongConsumer progress) throws IOException {
    final Stored stored = putUpTo(source, length, progress);
    if (stored.length() < length) {
      throw new IOException("file ends early: wanted=" + length + ", length=" + stored.length());
    }
    return stored;
  }

  /** Copies the first {@code length} bytes of a file, or all it has, into the store. */
  Stored putUpTo(final Path source, final long length, final LongConsumer progress)
      throws IOException {
    final Path unfinished = objects.resolve(source.getFileName() + UNFINISHED);
    files.delete(unfinished);
    final Stored stored;
    try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ);
        FileChannel to = files.open(unfinished)) {
      stored = copy(from, to, length, progress);
      files.sync(to);
    }
    files.rename(unfinished, objects.resolve(stored.hash()));
    return stored;
  }

  /** Writes a file of a backup; {@code BACKUP_DAMAGED} if it is not what was put in. */
  void get(final BackupManifest.Entry entry, final Path target, final LongConsumer progress)
      throws IOException {
    final Path object = objects.resolve(entry.hash());
    if (!has(entry)) {
      throw damaged(entry, "missing or cut");
    }
    files.createDirectories(target.getParent());
    try (FileChannel from = FileChannel.open(object, StandardOpenOption.READ);
        FileChannel to = files.open(target)) {
      if (!copy(from, to, entry.length(), progress).hash().equals(entry.hash())) {
        throw damaged(entry, "its bytes have another hash");
      }
      files.sync(to);
    }
    files.syncDirectory(target.getParent());
  }

  private static MothershipException damaged(final BackupManifest.Entry entry, final String what) {
    return new MothershipException(
        MothershipException.Category.CORRUPTION,
        "BACKUP_DAMAGED",
        "a file of the backup is damaged: path="
            + entry.path()
            + ", object="
            + entry.hash()
            + ": "
            + what);
  }

  private Stored copy(
      final FileChannel from, final FileChannel to, final long length, final LongConsumer progress)
      throws IOException {
    final MessageDigest digest = Hashing.begin();
    long at = 0;
    buffer.clear().limit((int) Math.min(PART, length));
    while (at < length && from.read(buffer, at) >= 0) {
      buffer.flip();
      digest.update(buffer.duplicate());
      final int part = buffer.remaining();
      files.write(to, buffer, at);
      at += part;
      progress.accept(part);
      buffer.clear().limit((int) Math.min(PART, length - at));
    }
    return new Stored(Hashing.end(digest), at);
  }

  /** From now on the backup is there. */
  void commit(final BackupManifest manifest) throws IOException {
    files.syncDirectory(objects);
    final Path target = manifests.resolve(manifest.name());
    final Path unfinished = manifests.resolve(manifest.name() + UNFINISHED);
    files.delete(unfinished);
    try (FileChannel channel = files.open(unfinished)) {
      files.write(channel, ByteBuffer.wrap(manifest.toText().getBytes(StandardCharsets.UTF_8)), 0);
      files.sync(channel);
    }
    files.rename(unfinished, target);
    files.syncDirectory(manifests);
  }

  /**
   * Forgets all but the newest {@code count} backups and what only the others need; as long as one
   * of those to be kept is damaged, nobody knows what it needs.
   */
  void keep(final int count) throws IOException {
    final List<String> names = names();
    final int kept = Math.min(count, names.size());
    for (final String name : names.subList(kept, names.size())) {
      files.delete(manifests.resolve(name));
    }
    files.syncDirectory(manifests);
    final Set<String> needed = new HashSet<>();
    for (final String name : names.subList(0, kept)) {
      final Optional<BackupManifest> manifest = tryRead(name);
      if (manifest.isEmpty()) {
        return;
      }
      manifest.get().entries().forEach(entry -> needed.add(entry.hash()));
    }
    deleteAllBut(needed);
  }

  private void deleteAllBut(final Set<String> needed) throws IOException {
    try (var found = Files.list(objects)) {
      for (final Path object : found.toList()) {
        if (!needed.contains(object.getFileName().toString())) {
          files.delete(object);
        }
      }
    }
  }

  /** The backup of a name, or the newest. */
  BackupManifest find(final Optional<String> name) throws IOException {
    final String found =
        names().stream()
            .filter(each -> name.isEmpty() || name.get().equals(each))
            .findFirst()
            .orElseThrow(
                () ->
                    new MothershipException(
                        MothershipException.Category.ENVIRONMENT,
                        "NO_BACKUP",
                        "there is no such backup: path="
                            + manifests.getParent()
                            + ", name="
                            + name.orElse("any")));
    return read(found);
  }

  private void deleteUnfinished(final Path folder) throws IOException {
    try (var found = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
      for (final Path file : found) {
        files.delete(file);
      }
    }
  }
}
