package io.mothership.storage.journal;

import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The operating system, where a plan says which of its calls fail, and how. The machine stays on:
 * what succeeds as a sync waits for no disk.
 */
final class PlannedFaults implements FileFacade {
  private static final StackWalker STACK = StackWalker.getInstance();
  private static final int SITE_FRAMES = 4;

  /** What a call does. */
  enum Operation {
    OPEN,
    READ,
    WRITE,
    TRUNCATE,
    SYNC,
    SYNC_DIRECTORY,
    RENAME,
    DELETE,
    ASK_SPACE
  }

  /** How a call fails. */
  enum Fault {
    NONE(""),
    INPUT_OUTPUT("Input/output error"),
    NO_SPACE("No space left on device");

    private final String message;

    Fault(final String message) {
      this.message = message;
    }
  }

  /**
   * A call that was made.
   *
   * @param site where in the product it was made
   */
  record Call(Operation operation, String site) {}

  /** Decides about the call of a number; they count from 0. */
  @FunctionalInterface
  interface Plan {
    Fault fault(int number, Operation operation);
  }

  private final FileFacade system = FileFacade.system();
  private final Plan plan;
  private final boolean isRecording;
  private final List<Call> calls = new ArrayList<>();
  private int count;
  private int failures;
  private boolean isSyncFailed;
  private int syncsAfterFailure;

  PlannedFaults(final Plan plan, final boolean isRecording) {
    this.plan = plan;
    this.isRecording = isRecording;
  }

  /** Every call, if they are recorded. */
  List<Call> calls() {
    return calls;
  }

  int failures() {
    return failures;
  }

  /** Syncs of segments that were tried after one had failed. */
  int syncsAfterFailure() {
    return syncsAfterFailure;
  }

  /** A new process begins: what failed in the last one is over. */
  void restart() {
    isSyncFailed = false;
  }

  private Fault next(final Operation operation) {
    if (isRecording) {
      calls.add(new Call(operation, site()));
    }
    final Fault fault = plan.fault(count++, operation);
    failures += fault == Fault.NONE ? 0 : 1;
    return fault;
  }

  private static String site() {
    return STACK.walk(
        frames ->
            frames
                .filter(frame -> frame.getClassName().startsWith("io.mothership.storage."))
                .filter(frame -> !frame.getClassName().startsWith(PlannedFaults.class.getName()))
                .limit(SITE_FRAMES)
                .map(
                    frame ->
                        frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1)
                            + "."
                            + frame.getMethodName()
                            + ":"
                            + frame.getLineNumber())
                .collect(Collectors.joining(" < ")));
  }

  private void call(final Operation operation) throws IOException {
    fail(next(operation));
  }

  private static void fail(final Fault fault) throws IOException {
    if (fault != Fault.NONE) {
      throw new IOException(fault.message);
    }
  }

  @Override
  public FileChannel open(final Path file) throws IOException {
    call(Operation.OPEN);
    return system.open(file);
  }

  @Override
  public FileChannel openToRead(final Path file) throws IOException {
    call(Operation.OPEN);
    return system.openToRead(file);
  }

  @Override
  public void read(final FileChannel channel, final ByteBuffer bytes, final long position)
      throws IOException {
    call(Operation.READ);
    system.read(channel, bytes, position);
  }

  @Override
  public void write(final FileChannel channel, final ByteBuffer bytes, final long position)
      throws IOException {
    final Fault fault = next(Operation.WRITE);
    if (fault != Fault.NONE) {
      // As the operating system does: part of it was written.
      final ByteBuffer part = bytes.duplicate();
      part.limit(part.position() + part.remaining() / 2);
      system.write(channel, part, position);
      fail(fault);
    }
    system.write(channel, bytes, position);
  }

  @Override
  public void truncate(final FileChannel channel, final long length) throws IOException {
    call(Operation.TRUNCATE);
    system.truncate(channel, length);
  }

  @Override
  public void sync(final FileChannel channel) throws IOException {
    final Fault fault = next(Operation.SYNC);
    if (isActiveSync()) {
      syncsAfterFailure += isSyncFailed ? 1 : 0;
      isSyncFailed |= fault != Fault.NONE;
    }
    fail(fault);
  }

  private static boolean isActiveSync() {
    return STACK.walk(
        frames ->
            frames.anyMatch(frame -> frame.getClassName().equals(ActiveSegment.class.getName())));
  }

  @Override
  public void syncDirectory(final Path directory) throws IOException {
    call(Operation.SYNC_DIRECTORY);
  }

  @Override
  public void rename(final Path from, final Path to) throws IOException {
    call(Operation.RENAME);
    system.rename(from, to);
  }

  @Override
  public void delete(final Path file) throws IOException {
    call(Operation.DELETE);
    system.delete(file);
  }

  @Override
  public long usableBytes(final Path directory) throws IOException {
    call(Operation.ASK_SPACE);
    return system.usableBytes(directory);
  }
}
