package io.mothership.storage.journal;

import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The operating system, failing on demand. */
public final class FaultyFiles implements FileFacade {
  private final FileFacade system = FileFacade.system();
  private String failingWrite = "";
  private boolean failsSync;
  private Predicate<Path> failsSyncDirectory = directory -> false;
  private boolean isOutOfMemory;
  private Runnable afterRename = () -> {};
  private Consumer<Path> beforeLink = file -> {};
  private Consumer<Path> beforeOpenToRead = file -> {};
  private boolean failsRename;
  private long usableBytes = Long.MAX_VALUE;
  private int syncs;
  private int longestWrite;
  private int callsLeft = Integer.MAX_VALUE;
  private int failures;

  /** Lets so many calls pass; all after them fail, as if the process had ended there. */
  void failFrom(final int calls) {
    callsLeft = calls;
  }

  /** Nothing fails any more. */
  void repair() {
    callsLeft = Integer.MAX_VALUE;
    failingWrite = "";
    failsSync = false;
    failsSyncDirectory = directory -> false;
    isOutOfMemory = false;
    failsRename = false;
  }

  void countFailures() {
    failures = 0;
  }

  /** Calls that failed because none were left. */
  int failures() {
    return failures;
  }

  private void call() throws IOException {
    if (callsLeft != Integer.MAX_VALUE && callsLeft-- <= 0) {
      failures++;
      throw new IOException("stopped");
    }
  }

  void failWrites(final String message) {
    failingWrite = message;
  }

  void failSync(final boolean isFailing) {
    failsSync = isFailing;
  }

  void failSyncDirectory(final boolean isFailing) {
    failsSyncDirectory = directory -> isFailing;
  }

  /** Fails for some directories; asked anew for each call. */
  void failSyncDirectory(final Predicate<Path> isFailing) {
    failsSyncDirectory = isFailing;
  }

  /** Writes find no memory, which is nothing that the operating system says. */
  void exhaustMemory() {
    isOutOfMemory = true;
  }

  /** What happens between a rename and whoever asked for it knowing that it is done. */
  void afterRename(final Runnable action) {
    afterRename = action;
  }

  void failRename(final boolean isFailing) {
    failsRename = isFailing;
  }

  /** What happens before a file gets a second name. */
  public void beforeLink(final Consumer<Path> action) {
    beforeLink = action;
  }

  /** What happens before a file is opened to be read. */
  void beforeOpenToRead(final Consumer<Path> action) {
    beforeOpenToRead = action;
  }

  void usable(final long bytes) {
    usableBytes = bytes;
  }

  int syncs() {
    return syncs;
  }

  int longestWrite() {
    return longestWrite;
  }

  @Override
  public FileChannel open(final Path file) throws IOException {
    call();
    return system.open(file);
  }

  @Override
  public FileChannel openToRead(final Path file) throws IOException {
    beforeOpenToRead.accept(file);
    return system.openToRead(file);
  }

  @Override
  public void write(final FileChannel channel, final ByteBuffer bytes, final long position)
      throws IOException {
    call();
    longestWrite = Math.max(longestWrite, bytes.remaining());
    if (isOutOfMemory) {
      throw new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
    }
    if (!failingWrite.isEmpty()) {
      // As the operating system does: part of it was written.
      final ByteBuffer part = bytes.duplicate();
      part.limit(part.position() + part.remaining() / 2);
      system.write(channel, part, position);
      throw new IOException(failingWrite);
    }
    system.write(channel, bytes, position);
  }

  @Override
  public void sync(final FileChannel channel) throws IOException {
    call();
    syncs++;
    if (failsSync) {
      throw new IOException("Input/output error");
    }
    system.sync(channel);
  }

  @Override
  public void syncDirectory(final Path directory) throws IOException {
    call();
    if (failsSyncDirectory.test(directory)) {
      throw new IOException("Input/output error");
    }
    system.syncDirectory(directory);
  }

  @Override
  public void rename(final Path from, final Path to) throws IOException {
    call();
    if (failsRename) {
      throw new IOException("Input/output error");
    }
    system.rename(from, to);
    afterRename.run();
  }

  @Override
  public void link(final Path link, final Path existing) throws IOException {
    beforeLink.accept(existing);
    system.link(link, existing);
  }

  @Override
  public void delete(final Path file) throws IOException {
    call();
    system.delete(file);
  }

  @Override
  public long usableBytes(final Path directory) throws IOException {
    return Math.min(usableBytes, system.usableBytes(directory));
  }
}
