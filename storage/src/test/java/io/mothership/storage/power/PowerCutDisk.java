package io.mothership.storage.power;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A folder, with a memory of what a power cut would leave of it: of each file its content at its
 * last sync and any subset of the blocks changed since; of each directory its names at its last
 * sync and the first few of the changes since. A directory is a name as well: where it does not
 * come back, nothing in it does.
 *
 * <p>Whoever uses the folder asks before and tells after each call. The power fails in the middle
 * of one of them, and none works any more.
 *
 * <p><i>Thread:</i> any.
 */
public final class PowerCutDisk {
  /** SQLite's shared index is mapped, never synced, and nobody tells about it. */
  private static final String SHARED_INDEX = "-shm";

  private static final int BLOCK_LENGTH = 4096;
  private static final int SECTOR_LENGTH = 512;

  /** The power is off. */
  public static final class PowerCut extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Content {
    private byte[] durable = {};

    /** Where it is, null once nothing names it. */
    private Path path;

    /** What it was when its last name went, or when the power failed. */
    private byte[] last = {};

    Content(final Path path) {
      this.path = path;
    }
  }

  /** A name that came, or with no content one that went. */
  private record Change(Path path, Content content) {}

  private final Path folder;
  // In order of their names, so that a seed decides everything.
  private final Map<Path, Content> names = new TreeMap<>();
  private final Map<Path, Content> durableNames = new TreeMap<>();
  private final Map<Path, List<Change>> changes = new TreeMap<>();
  private final Set<Path> durableDirectories = new TreeSet<>();
  private final Set<Path> madeDirectories = new TreeSet<>();
  private Runnable onCut = () -> {};
  private Predicate<Path> lie = file -> false;
  private int callsUntilCut = Integer.MAX_VALUE;
  private boolean isCut;
  private boolean isSuspended;

  /** Takes what is in the folder as durable. */
  public PowerCutDisk(final Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    try (var directories = Files.walk(folder)) {
      directories.filter(Files::isDirectory).forEach(durableDirectories::add);
    }
    try (var files = Files.walk(folder)) {
      for (final Path file : files.filter(PowerCutDisk::isKnown).toList()) {
        final Content content = new Content(file);
        content.durable = Files.readAllBytes(file);
        names.put(file, content);
        durableNames.put(file, content);
      }
    }
  }

  private static boolean isKnown(final Path file) {
    return Files.isRegularFile(file) && !file.toString().endsWith(SHARED_INDEX);
  }

  public Path folder() {
    return folder;
  }

  /** Lets so many calls pass; in the middle of the next one the power fails. */
  public synchronized void cutAfter(final int calls) {
    callsUntilCut = calls;
  }

  /** What happens at the moment the power fails, on whatever thread meets it. */
  public synchronized void onCut(final Runnable action) {
    onCut = action;
  }

  /** Syncs of these files are answered, and not done. */
  public synchronized void lieAbout(final Predicate<Path> files) {
    lie = files;
  }

  public synchronized boolean isCut() {
    return isCut;
  }

  /** Until further notice every call fails as if the power were off: the process is dying. */
  public synchronized void suspend(final boolean isOff) {
    isSuspended = isOff;
  }

  /** To be asked before every call. */
  public synchronized void call() throws PowerCut {
    if (!isCut && !isSuspended && callsUntilCut != Integer.MAX_VALUE && callsUntilCut-- <= 0) {
      cut();
    }
    if (isCut || isSuspended) {
      throw new PowerCut();
    }
  }

  /** The power fails now. */
  public synchronized void cut() {
    if (!isCut) {
      isCut = true;
      // What is written to mappings from now on has never been.
      names.values().forEach(content -> content.last = current(content));
      names.values().forEach(content -> content.path = null);
      onCut.run();
    }
  }

  /** A file was opened, and is there now if it was not. */
  public synchronized void opened(final Path file) {
    if (!names.containsKey(file)) {
      final Content created = new Content(file);
      names.put(file, created);
      note(file, created);
      noteDirectory(file.getParent());
    }
  }

  private void noteDirectory(final Path directory) {
    if (!durableDirectories.contains(directory) && madeDirectories.add(directory)) {
      noteDirectory(directory.getParent());
    }
  }

  /** A directory was made, if it was not there. */
  public synchronized void made(final Path directory) {
    noteDirectory(directory);
  }

  public synchronized boolean has(final Path file) {
    return names.containsKey(file);
  }

  /** The content of a file was synced. */
  public synchronized void synced(final Path file) throws PowerCut {
    if (!lie.test(file)) {
      final Content content = names.get(file);
      content.durable = current(content);
    }
    call();
  }

  /** The names in a directory were synced. */
  public synchronized void directorySynced(final Path directory) throws PowerCut {
    final List<Change> pending = changes.remove(directory);
    if (pending != null) {
      pending.forEach(change -> apply(durableNames, change));
    }
    madeDirectories.removeIf(
        made -> made.getParent().equals(directory) && durableDirectories.add(made));
    call();
  }

  /** A file is about to be renamed. */
  public synchronized void renaming(final Path from, final Path to) {
    release(to);
    final Content content = names.remove(from);
    content.path = to;
    names.put(to, content);
    note(to, content);
  }

  /** A file is about to be deleted. */
  public synchronized void deleting(final Path file) {
    if (release(file)) {
      note(file, null);
    }
  }

  private boolean release(final Path file) {
    final Content content = names.remove(file);
    if (content != null) {
      content.last = current(content);
      content.path = null;
    }
    return content != null;
  }

  /** Builds what is found after the power is back. */
  public synchronized void restore(final Path target, final Random random) throws IOException {
    cut();
    final Map<Path, Content> found = new TreeMap<>(durableNames);
    for (final List<Change> pending : changes.values()) {
      final int kept = random.nextInt(pending.size() + 1);
      pending.subList(0, kept).forEach(change -> apply(found, change));
    }
    for (final Path made : madeDirectories) {
      if (random.nextBoolean()) {
        found.keySet().removeIf(file -> file.startsWith(made));
      }
    }
    final int blockLength = random.nextBoolean() ? BLOCK_LENGTH : SECTOR_LENGTH;
    for (final Map.Entry<Path, Content> entry : found.entrySet()) {
      write(target, entry.getKey(), mix(entry.getValue(), blockLength, random));
    }
    for (final Path index : sharedIndexes()) {
      final Content content = new Content(index);
      content.last = current(content);
      content.path = null;
      if (random.nextBoolean()) {
        write(target, index, mix(content, blockLength, random));
      }
    }
  }

  private List<Path> sharedIndexes() throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SHARED_INDEX)).toList();
    }
  }

  private void write(final Path target, final Path source, final byte[] bytes) throws IOException {
    final Path file = target.resolve(folder.relativize(source));
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static byte[] mix(final Content content, final int blockLength, final Random random) {
    final byte[] live = current(content);
    final boolean isGrown = random.nextBoolean();
    final int length =
        isGrown ? Math.max(live.length, content.durable.length) : content.durable.length;
    final byte[] mixed = Arrays.copyOf(content.durable, length);
    final double share = random.nextInt(4) == 0 ? random.nextInt(2) : random.nextDouble();
    for (int at = 0; at < Math.min(length, live.length); at += blockLength) {
      if (random.nextDouble() < share) {
        System.arraycopy(
            live, at, mixed, at, Math.min(blockLength, Math.min(length, live.length) - at));
      }
    }
    return mixed;
  }

  private static byte[] current(final Content content) {
    try {
      return content.path == null ? content.last : Files.readAllBytes(content.path);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void apply(final Map<Path, Content> target, final Change change) {
    if (change.content() == null) {
      target.remove(change.path());
    } else {
      target.values().removeIf(content -> content == change.content());
      target.put(change.path(), change.content());
    }
  }

  private void note(final Path path, final Content content) {
    changes
        .computeIfAbsent(path.getParent(), directory -> new ArrayList<>())
        .add(new Change(path, content));
  }
}
