package io.mothership.storage.power;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.Spine;
import io.mothership.error.MothershipException;
import io.mothership.frame.FrameDescriptor;
import io.mothership.frame.FrameView;
import io.mothership.journal.AppendedFrames;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.SimulatedDisk;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.Upkeep;
import io.mothership.storage.journal.ChronicleJournal;
import io.mothership.storage.journal.JournalConfig;
import io.mothership.storage.recovery.RecoveryReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The real journal, with its checkpoints and its freeing of segments, in a folder whose power
 * fails. Holds what is found after each start against what was appended before: nothing synced is
 * lost, nothing is found that was not appended, and each record can be read once it is appended.
 */
final class ChronicleDisk implements SimulatedDisk {
  private static final int SEGMENT_BYTES = JournalConfig.SEGMENT_BYTES_MIN;
  private static final long BUDGET_BYTES = 4L * SEGMENT_BYTES;

  private final Path root;
  private final Predicate<Path> lie;
  private final AppendedFrames appended = new AppendedFrames();
  private Runnable work = () -> {};
  private Runnable onCut = () -> {};
  private PowerCutDisk power;
  private PowerCutFiles files;
  private ChronicleJournal journal;
  private int cuts;
  private boolean isAllKept = true;

  /**
   * @param lie files whose syncs this disk answers without doing them
   */
  ChronicleDisk(final Path root, final Predicate<Path> lie) {
    this.root = root;
    this.lie = lie;
    mount(root.resolve("0"));
  }

  private void mount(final Path folder) {
    try {
      power = new PowerCutDisk(folder);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
    power.onCut(() -> onCut.run());
    power.lieAbout(lie);
    files = new PowerCutFiles(power);
    SqliteFiles.watch(power);
  }

  /** The one of now; after a power cut there is another. */
  PowerCutDisk power() {
    return power;
  }

  @Override
  public AppendedFrames appended() {
    return appended;
  }

  @Override
  public Journal open(final RecoveryListener listener) {
    final JournalConfig config =
        new JournalConfig(
            power.folder(),
            SEGMENT_BYTES,
            JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
            2L * SEGMENT_BYTES,
            BUDGET_BYTES,
            files);
    try {
      journal = ChronicleJournal.open(config, new Comparing(listener));
    } catch (final MothershipException e) {
      throw cutOr(e);
    }
    check(journal.report());
    return new Stepped();
  }

  private void check(final RecoveryReport report) {
    assertTrue(report.damage().isEmpty(), report::toString);
    assertTrue(report.isSelfContained() || report.checkpoint().isPresent(), report::toString);
    final int found = (int) report.lastSequence();
    final int promised = isAllKept ? appended.count() : appended.durable();
    assertTrue(
        found >= promised && found <= appended.count(),
        () -> "promised %d, found %d, of %d".formatted(promised, found, appended.count()));
    appended.truncate(found);
    assertEquals(appended.outboxId(), report.lastOutboxId(), "highest outbox id");
    // Recovery syncs what it hands on.
    appended.durable(found);
  }

  @Override
  public Spine.Recovered recovered(final int epoch) {
    final RecoveryReport report = journal.report();
    return new Spine.Recovered(
        report.lastSequence(),
        report.lastTimeNs(),
        report.lastLocation(),
        report.lastOutboxId(),
        report.epoch());
  }

  @Override
  public long freedCount() {
    final FrameView frame = new FrameView();
    long found = 0;
    try (JournalReader reader = journal.reader()) {
      for (long at = reader.first(); at != Journal.NOWHERE; at = reader.next(at)) {
        assertTrue(reader.read(at, frame), "a damaged frame");
        found++;
      }
    }
    return appended.count() - found;
  }

  @Override
  public void fail(final Fault fault) {
    files.fail(fault);
  }

  @Override
  public void meanwhile(final Runnable atWork, final Runnable cut) {
    work = atWork;
    onCut = cut;
  }

  @Override
  public void cutAfter(final int calls) {
    power.cutAfter(calls);
  }

  @Override
  public void cutPower(final Random random) {
    power.cut();
    closeJournal();
    isAllKept = false;
    final PowerCutDisk before = power;
    final Path found = root.resolve(Integer.toString(++cuts));
    try {
      before.restore(found, random);
      SqliteFiles.forget(before);
      delete(before.folder());
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
    mount(found);
  }

  @Override
  public void kill() {
    power.suspend(true);
    closeJournal();
    power.suspend(false);
    files.fail(Fault.NONE);
    power.cutAfter(Integer.MAX_VALUE);
    isAllKept = true;
  }

  @Override
  public void stop() {
    files.fail(Fault.NONE);
    closeJournal();
    power.cutAfter(Integer.MAX_VALUE);
    isAllKept = true;
  }

  /** Once nothing works any more it says so, and has let go of everything all the same. */
  private void closeJournal() {
    if (journal != null) {
      try {
        journal.close();
      } catch (final MothershipException e) {
        assertEquals("JOURNAL_FAILED", e.code());
      }
      journal = null;
    }
  }

  /** Nobody needs it any more. */
  void discard() throws IOException {
    power.cut();
    closeJournal();
    SqliteFiles.forget(power);
    delete(root);
  }

  private static void delete(final Path folder) throws IOException {
    try (var found = Files.walk(folder)) {
      for (final Path file : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** While the power is off there is no other reason. */
  private RuntimeException cutOr(final MothershipException e) {
    return power.isCut() ? new PowerCut() : e;
  }

  private <T> T unlessCut(final Supplier<T> call) {
    try {
      power.call();
      return call.get();
    } catch (final PowerCutDisk.PowerCut e) {
      throw new PowerCut();
    } catch (final MothershipException e) {
      throw cutOr(e);
    }
  }

  private void workOn() {
    if (!power.isCut()) {
      work.run();
    }
  }

  /** Whether two frames are the same but for what a move changes. */
  private static boolean isSame(final FrameView one, final FrameView other) {
    return copy(one).equals(copy(other));
  }

  private static UnsafeBuffer copy(final FrameView frame) {
    final UnsafeBuffer bytes = new UnsafeBuffer(new byte[frame.length()]);
    bytes.putBytes(0, frame.buffer(), frame.offset(), frame.length());
    bytes.putShort(FrameDescriptor.FLAGS_OFFSET, (short) 0);
    bytes.putInt(FrameDescriptor.CRC_OFFSET, 0);
    return bytes;
  }

  /** What recovery hands on was appended. */
  private final class Comparing implements RecoveryListener {
    private final RecoveryListener listener;
    private final FrameView known = new FrameView();

    Comparing(final RecoveryListener listener) {
      this.listener = listener;
    }

    @Override
    public boolean onCheckpoint(final Checkpoint checkpoint, final StateDecoder state) {
      return listener.onCheckpoint(checkpoint, state);
    }

    @Override
    public void onFrame(final FrameView frame, final long location) {
      final long sequence = frame.journalSequence();
      assertTrue(sequence <= appended.count(), () -> "nobody appended record " + sequence);
      assertTrue(
          isSame(appended.wrap((int) sequence - 1, known), frame),
          () -> "record " + sequence + " is another one");
      listener.onFrame(frame, location);
    }
  }

  /** While the journal is at work, the rest of the process goes on. */
  private final class Stepped implements Journal {
    private final FrameView scratch = new FrameView();
    private final FrameView found = new FrameView();
    private final JournalReader reader = journal.reader();

    @Override
    public long append(final DirectBuffer buffer, final int offset, final int length) {
      final long location = unlessCut(() -> journal.append(buffer, offset, length));
      appended.add(copy(scratch.wrap(buffer, offset)));
      assertTrue(
          reader.read(location, found)
              && isSame(appended.wrap(appended.count() - 1, scratch), found),
          "what was appended cannot be read");
      workOn();
      return location;
    }

    @Override
    public void sync() {
      workOn();
      final int wanted = appended.count();
      unlessCut(
          () -> {
            journal.sync();
            return wanted;
          });
      appended.durable(wanted);
      workOn();
    }

    @Override
    public boolean isSpaceLow(final boolean isAskedAnew) {
      return journal.isSpaceLow(isAskedAnew);
    }

    @Override
    public Optional<Upkeep> upkeep() {
      return journal.upkeep();
    }

    @Override
    public JournalReader reader() {
      return journal.reader();
    }

    @Override
    public void close() {
      // The disk's stop closes it.
    }
  }
}
