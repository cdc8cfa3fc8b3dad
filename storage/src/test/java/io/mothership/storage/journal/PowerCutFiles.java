package io.mothership.storage.journal;

import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The operating system, with a memory of what a power cut would leave: of each file its content at
 * its last sync and any subset of the blocks changed since; of each directory its names at its last
 * sync and the first few of the changes since.
 *
 * <p>The power fails in the middle of the call numbered {@code callsUntilCut}.
 */
final class PowerCutFiles implements FileFacade {

  /** Thrown where the power fails. */
  static final class PowerCut extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Content {
    private byte[] durable = {};
    private byte[] last = {};
    private Path path;
  }

  private record Change(Path path, Content content) {}

  private final FileFacade system = FileFacade.system();
  private final Map<Path, Content> names = new HashMap<>();
  private final Map<Path, Content> durableNames = new HashMap<>();
  private final Map<Path, List<Change>> changes = new HashMap<>();
  private final Map<FileChannel, Content> opened = new IdentityHashMap<>();
  private int callsUntilCut;

  PowerCutFiles(final Path directory, final int callsUntilCut) throws IOException {
    this.callsUntilCut = callsUntilCut;
    Files.createDirectories(directory);
    try (var files = Files.walk(directory)) {
      for (final Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        final Content content = new Content();
        content.path = file;
        content.durable = Files.readAllBytes(file);
        names.put(file, content);
        durableNames.put(file, content);
      }
    }
  }

  /** Builds what is found after the power is back. */
  void restoreAfterCut(final Path target, final Path source, final Random random)
      throws IOException {
    final Map<Path, Content> found = new HashMap<>(durableNames);
    for (final List<Change> pending : changes.values()) {
      final int kept = random.nextInt(pending.size() + 1);
      pending.subList(0, kept).forEach(change -> apply(found, change));
    }
    final int blockLength = random.nextBoolean() ? 4096 : 512;
    for (final Map.Entry<Path, Content> entry : found.entrySet()) {
      final Path file = target.resolve(source.relativize(entry.getKey()));
      Files.createDirectories(file.getParent());
      Files.write(file, mix(entry.getValue(), blockLength, random));
    }
  }

  private byte[] mix(final Content content, final int blockLength, final Random random)
      throws IOException {
    final byte[] live = current(content);
    final boolean isGrown = random.nextBoolean();
    final int length =
        isGrown ? Math.max(live.length, content.durable.length) : content.durable.length;
    final byte[] mixed = java.util.Arrays.copyOf(content.durable, length);
    final double share = random.nextInt(4) == 0 ? random.nextInt(2) : random.nextDouble();
    for (int at = 0; at < Math.min(length, live.length); at += blockLength) {
      if (random.nextDouble() < share) {
        System.arraycopy(
            live, at, mixed, at, Math.min(blockLength, Math.min(length, live.length) - at));
      }
    }
    return mixed;
  }

  private static byte[] current(final Content content) throws IOException {
    return content.path == null ? content.last : Files.readAllBytes(content.path);
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

  /** Nothing works any more after the cut. */
  private void tick() throws PowerCut {
    callsUntilCut--;
    if (callsUntilCut < 0) {
      throw new PowerCut();
    }
  }

  @Override
  public FileChannel open(final Path file) throws IOException {
    tick();
    final FileChannel channel = system.open(file);
    if (!names.containsKey(file)) {
      final Content created = new Content();
      created.path = file;
      names.put(file, created);
      note(file, created);
    }
    opened.put(channel, names.get(file));
    return channel;
  }

  @Override
  public void write(final FileChannel channel, final ByteBuffer bytes, final long position)
      throws IOException {
    tick();
    system.write(channel, bytes, position);
  }

  @Override
  public void sync(final FileChannel channel) throws IOException {
    tick();
    final Content content = opened.get(channel);
    content.durable = current(content);
    tick();
  }

  @Override
  public void syncDirectory(final Path directory) throws IOException {
    tick();
    final List<Change> pending = changes.remove(directory);
    if (pending != null) {
      pending.forEach(change -> apply(durableNames, change));
    }
    tick();
  }

  @Override
  public void rename(final Path from, final Path to) throws IOException {
    tick();
    final Content replaced = names.get(to);
    if (replaced != null) {
      replaced.last = Files.readAllBytes(to);
      replaced.path = null;
    }
    system.rename(from, to);
    final Content content = names.remove(from);
    content.path = to;
    names.put(to, content);
    note(to, content);
  }

  @Override
  public void delete(final Path file) throws IOException {
    tick();
    final Content content = names.remove(file);
    if (content != null) {
      content.last = Files.readAllBytes(file);
      content.path = null;
      note(file, null);
    }
    system.delete(file);
  }

  @Override
  public long usableBytes(final Path directory) {
    return Long.MAX_VALUE;
  }
}
