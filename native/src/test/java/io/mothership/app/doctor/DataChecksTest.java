package io.mothership.app.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.app.doctor.Finding.Level;
import io.mothership.clock.ManualClock;
import io.mothership.config.JetStreamKeys;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.TestFrames;
import io.mothership.storage.journal.ChronicleJournal;
import io.mothership.storage.journal.JournalConfig;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disk, space, folder and journal: real files, and disks that do not do as they should. */
final class DataChecksTest {
  private static final long MIB = 1024 * 1024;

  @TempDir private Path folder;
  private Ward ward;

  @BeforeEach
  void makeWard() {
    ward = new Ward(folder);
  }

  /** A disk of which one thing is otherwise than it is. */
  private static class OtherDisk implements FileFacade {
    @Override
    public FileChannel open(final Path file) throws IOException {
      return FileFacade.system().open(file);
    }

    @Override
    public void write(final FileChannel channel, final ByteBuffer bytes, final long position)
        throws IOException {
      FileFacade.system().write(channel, bytes, position);
    }

    @Override
    public void sync(final FileChannel channel) throws IOException {
      FileFacade.system().sync(channel);
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
      FileFacade.system().syncDirectory(directory);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
      FileFacade.system().rename(from, to);
    }

    @Override
    public void delete(final Path file) throws IOException {
      FileFacade.system().delete(file);
    }

    @Override
    public long usableBytes(final Path directory) throws IOException {
      return FileFacade.system().usableBytes(directory);
    }
  }

  private static FileFacade freeBytes(final long bytes) {
    return new OtherDisk() {
      @Override
      public long usableBytes(final Path directory) {
        return bytes;
      }
    };
  }

  private void writeJournal(final int records) {
    final TestFrames frames = new TestFrames(300);
    try (ChronicleJournal journal =
        ChronicleJournal.open(
            JournalConfig.of(ward.data()).withSegmentBytes(JournalConfig.SEGMENT_BYTES_MIN),
            RecoveryListener.ofFrames((frame, location) -> {}))) {
      for (int sequence = 1; sequence <= records; sequence++) {
        frames.append(journal, sequence, 1);
      }
    }
  }

  @Test
  void shouldMeasureTheDiskAndLeaveNothingBehind() throws IOException {
    Files.createDirectories(ward.data());
    final Finding finding = ward.findings(new DiskCheck()).getFirst();
    assertTrue(finding.measured().startsWith("median "), finding.measured());
    assertTrue(finding.measured().endsWith(" in " + ward.data()), finding.measured());
    try (var files = Files.list(ward.data())) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void shouldMeasureWhereTheFolderWillBe() throws IOException {
    final Finding finding = ward.findings(new DiskCheck()).getFirst();
    assertTrue(finding.measured().endsWith(" in " + folder), finding.measured());
    assertFalse(Files.exists(ward.data()));
    ward.expect(new FolderCheck(), Level.OK, "is not there yet");
    ward.expect(new JournalCheck(), Level.OK, "none yet");
  }

  @Test
  void shouldFailWhenTheDiskDoes() throws IOException {
    Files.createDirectories(ward.data());
    ward.files(
            new OtherDisk() {
              @Override
              public void sync(final FileChannel channel) throws IOException {
                throw new IOException("Input/output error");
              }
            })
        .expect(new DiskCheck(), Level.FAIL, "Input/output error");
    try (var files = Files.list(ward.data())) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void shouldJudgeTheDiskByMedianAndTail() {
    final long[] good = new long[200];
    Arrays.fill(good, 600_000L);
    assertEquals(Level.OK, DiskCheck.judged(folder, good).level());
    good[199] = 2_000_000_000L;
    assertEquals(Level.OK, DiskCheck.judged(folder, good).level());
    good[198] = 2_000_000_000L;
    final Finding tail = DiskCheck.judged(folder, good);
    assertEquals(Level.WARN, tail.level());
    assertTrue(tail.measured().startsWith("median 600 µs, p99 2.0 s for 4 KiB, 200 times"));
    Arrays.fill(good, 30_000_000L);
    assertEquals(Level.WARN, DiskCheck.judged(folder, good).level());
    Arrays.fill(good, 900L);
    assertTrue(DiskCheck.judged(folder, good).measured().endsWith("faster than any disk"));
  }

  @Test
  void shouldHoldFreeSpaceAgainstWhatMayBeKept() throws IOException {
    ward.files(freeBytes(60 * MIB)).expect(new SpaceCheck(), Level.FAIL, "below the reserve");
    ward.files(freeBytes(1_000 * MIB)).expect(new SpaceCheck(), Level.WARN, "3.1 GiB may be");
    ward.files(freeBytes(4_000 * MIB)).expect(new SpaceCheck(), Level.OK, "3.9 GiB free");
    ward.set(JetStreamKeys.MAX_FILE, "500MB")
        .files(freeBytes(1_000 * MIB))
        .expect(new SpaceCheck(), Level.OK, "may grow to 750 MiB");
    ward.set(JetStreamKeys.MAX_FILE, "-1")
        .expect(new SpaceCheck(), Level.WARN, "jetstream.max_file is -1");
  }

  @Test
  void shouldFindAFlippedByte() throws IOException {
    writeJournal(100);
    ward.expect(new JournalCheck(), Level.OK, "100 records read of 1 segments");
    final Path segment =
        SegmentFiles.list(SegmentFiles.journalDirectory(ward.data())).firstEntry().getValue();
    final byte[] bytes = Files.readAllBytes(segment);
    bytes[20_000] ^= 1;
    Files.write(segment, bytes);
    ward.expect(new JournalCheck(), Level.FAIL, "damaged: segment=");
  }

  @Test
  void shouldReadTheNewestSegmentsUnlessAskedForAll() throws IOException {
    writeJournal(2_000);
    final int segments = SegmentFiles.list(SegmentFiles.journalDirectory(ward.data())).size();
    assertTrue(segments > 5, "segments=" + segments);
    final Path first =
        SegmentFiles.list(SegmentFiles.journalDirectory(ward.data())).firstEntry().getValue();
    final byte[] bytes = Files.readAllBytes(first);
    bytes[20_000] ^= 1;
    Files.write(first, bytes);
    final JournalSurvey newest = JournalSurvey.of(ward.data(), 200_000);
    assertFalse(newest.isWhole());
    assertFalse(newest.hasAllStreams());
    assertEquals(List.of(), newest.verification().orElseThrow().damage());
    assertTrue(newest.verification().orElseThrow().frames() > 0);
    ward.deep().expect(new JournalCheck(), Level.FAIL, "damaged: segment=");
  }

  @Test
  void shouldNotStartBehindTheNewestRecord() throws IOException {
    writeJournal(10);
    ward.clock(new ManualClock(TestFrames.timeNs(10) + 1_000_000_000L))
        .expect(new ClockCheck(), Level.FAIL, "2023");
    assertEquals(1, new Ward(folder).findings(new ClockCheck()).size());
  }

  @Test
  void shouldNameTheDatabaseAndNotOpenAFile() throws IOException {
    ward.expect(new DatabaseCheck(), Level.OK, "mothership.db is not there yet");
    Files.createDirectories(ward.data());
    Files.write(ward.data().resolve("mothership.db"), new byte[2048]);
    ward.expect(new DatabaseCheck(), Level.OK, "mothership.db, 2.0 KiB");
    try (var files = Files.list(ward.data())) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void shouldTellWhoMayLookIntoTheFolder() throws IOException {
    Files.createDirectories(ward.data());
    permit(ward.data(), "rwxr-x---");
    assertEquals(Level.OK, ward.findings(new FolderCheck()).getFirst().level());
    permit(ward.data(), "rwxr-xr-x");
    ward.expect(new FolderCheck(), Level.WARN, "every user of this machine");
    permit(ward.data(), "rwxrwxrwx");
    ward.expect(new FolderCheck(), Level.FAIL, "anybody may write it");
  }

  private static void permit(final Path path, final String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
