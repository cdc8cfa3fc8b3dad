package io.mothership.storage.backup;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one backup consists of: a text with a line per file, and a last line with the hash of those
 * before it.
 *
 * @param name of the backup, its time in UTC
 * @param entries in the order they were taken
 */
record BackupManifest(String name, List<Entry> entries) {
  private static final String HEAD = "mothership backup 1";
  private static final String END = "end ";

  /**
   * One file.
   *
   * @param hash SHA-256 of its bytes, in hex
   * @param modifiedNs when the source was written last: with name and length it tells whether it is
   *     the same file still
   * @param path below the data folder
   */
  record Entry(String hash, long length, long modifiedNs, String path) {}

  String toText() {
    final StringBuilder text = new StringBuilder(HEAD).append('\n');
    for (final Entry entry : entries) {
      text.append(entry.hash())
          .append(' ')
          .append(entry.length())
          .append(' ')
          .append(entry.modifiedNs())
          .append(' ')
          .append(entry.path())
          .append('\n');
    }
    return text + END + Hashing.ofText(text.toString()) + "\n";
  }

  /** Reads a manifest; {@code BACKUP_DAMAGED} if a byte of it is not as it was written. */
  static BackupManifest read(final Path file) throws IOException {
    final String text = Files.readString(file, StandardCharsets.UTF_8);
    final int end = text.lastIndexOf(END);
    if (!text.startsWith(HEAD + "\n")
        || end < 0
        || !text.substring(end).equals(END + Hashing.ofText(text.substring(0, end)) + "\n")) {
      throw new MothershipException(
          MothershipException.Category.CORRUPTION,
          "BACKUP_DAMAGED",
          "the list of the backup's files is damaged or of another version: " + file);
    }
    final List<Entry> entries = new ArrayList<>();
    for (final String line : text.substring(HEAD.length() + 1, end).lines().toList()) {
      final String[] fields = line.split(" ", 4);
      entries.add(
          new Entry(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2]), fields[3]));
    }
    return new BackupManifest(file.getFileName().toString(), entries);
  }
}
