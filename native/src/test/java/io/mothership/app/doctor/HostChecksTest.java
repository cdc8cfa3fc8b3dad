package io.mothership.app.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.app.doctor.Finding.Level;
import io.mothership.clock.Clock;
import io.mothership.clock.ManualClock;
import io.mothership.config.JetStreamKeys;
import io.mothership.config.NatsKeys;
import io.mothership.config.StorageKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the checks make of machines that are not this one. */
final class HostChecksTest {
  private static final String V2_FLAGS = "fpu cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3 aes";

  @TempDir private Path folder;
  private Ward ward;

  @BeforeEach
  void makeWard() {
    ward = new Ward(folder);
  }

  @Test
  void shouldNotBelieveAClockThatStartedAtZero() throws IOException {
    ward.clock(new ManualClock(86_400_000_000_000L))
        .expect(new ClockCheck(), Level.FAIL, "1970-01-02");
  }

  @Test
  void shouldTellWhoKeepsTheClock() throws IOException {
    ward.expect(new ClockCheck(), Level.WARN, "nobody here tells");
    ward.commands(command -> answer(command, "timedatectl", "no\n"))
        .expect(new ClockCheck(), Level.WARN, "not synchronised as the kernel says");
    ward.commands(command -> answer(command, "timedatectl", "yes\n"))
        .expect(new ClockCheck(), Level.OK, "2026-11-26T12:00:00Z, synchronised");
    ward.commands(command -> answer(command, "chronyc", "7F7F0101,,0,0.0,Not synchronised\n"))
        .expect(new ClockCheck(), Level.WARN, "as chrony says");
    ward.file("run/systemd/timesync/synchronized", "")
        .expect(new ClockCheck(), Level.OK, "systemd-timesyncd");
  }

  private static Optional<String> answer(
      final String[] command, final String known, final String text) {
    return command[0].equals(known) ? Optional.of(text) : Optional.empty();
  }

  @Test
  void shouldSeeAWallClockThatIsSetWhileBeingWatched() throws IOException {
    ward.clock(
            new Clock() {
              private long wallNs = Ward.NOW.getEpochSecond() * 1_000_000_000L;

              @Override
              public long wallNs() {
                wallNs -= 1_000_000_000L;
                return wallNs;
              }

              @Override
              public long monotonicNs() {
                return 0;
              }
            })
        .expect(new ClockCheck(), Level.WARN, "set by 1.0 s backwards");
  }

  @Test
  void shouldCompareTheFileLimitWithTheConnections() throws IOException {
    ward.expect(new FilesLimitCheck(), Level.WARN, "not known");
    limit("1024").expect(new FilesLimitCheck(), Level.WARN, "1024 files, max_connections=8192");
    limit("256").expect(new FilesLimitCheck(), Level.FAIL, "256 files");
    limit("524288").expect(new FilesLimitCheck(), Level.OK, "524288");
    limit("unlimited").expect(new FilesLimitCheck(), Level.OK, "max_connections");
    limit("1024")
        .set(NatsKeys.MAX_CONNECTIONS, "700")
        .expect(new FilesLimitCheck(), Level.OK, "max_connections=700");
  }

  private Ward limit(final String soft) throws IOException {
    return ward.file(
        "proc/self/limits",
        "Limit            Soft Limit   Hard Limit   Units\n"
            + "Max processes    95000        95000        processes\n"
            + "Max open files   "
            + soft
            + "      1048576      files\n");
  }

  @Test
  void shouldKnowProcessorsThatTheImageCannotRunOn() throws IOException {
    ward.file("proc/cpuinfo", "processor : 0\nflags\t\t: " + V2_FLAGS + "\n");
    assertEquals(Level.OK, ProcessorCheck.finding(ward.host(), "compatibility").level());
    assertEquals(Level.OK, ProcessorCheck.finding(ward.host(), "x86-64-v2").level());
    final Finding tooOld = ProcessorCheck.finding(ward.host(), "x86-64-v3");
    assertEquals(Level.FAIL, tooOld.level());
    assertTrue(tooOld.measured().contains("x86-64-v2, "), tooOld.measured());
    ward.file("proc/cpuinfo", "Features\t: fp asimd evtstrm aes crc32 cpuid\n");
    assertEquals(Level.OK, ProcessorCheck.finding(ward.host(), "armv8-a").level());
    assertEquals(Level.FAIL, ProcessorCheck.finding(ward.host(), "armv8.1-a").level());
    assertEquals(Level.FAIL, ProcessorCheck.finding(ward.host(), "armv8-a+lse").level());
    ward.file("proc/cpuinfo", "Features\t: fp asimd evtstrm aes crc32 atomics cpuid\n");
    assertEquals(Level.OK, ProcessorCheck.finding(ward.host(), "armv8.1-a").level());
  }

  @Test
  void shouldTellWhichInstructionsAreMissing() throws IOException {
    ward.file("proc/cpuinfo", "Features\t: fp asimd evtstrm crc32 cpuid\n");
    final Finding arm = ProcessorCheck.finding(ward.host(), "compatibility");
    assertEquals(Level.WARN, arm.level());
    assertTrue(arm.measured().endsWith("no AES instructions"), arm.measured());
    ward.file("proc/cpuinfo", "flags : fpu aes\n");
    final Finding old = ProcessorCheck.finding(ward.host(), "compatibility");
    assertTrue(old.measured().endsWith("no CRC32C instructions"), old.measured());
  }

  @Test
  void shouldRelateTheSegmentsToThePages() throws IOException {
    ward.file("proc/self/auxv", auxiliaryVector(16_384))
        .expect(new PageSizeCheck(), Level.OK, "16.0 KiB pages, 2048 to a segment");
    ward.set(StorageKeys.SEGMENT_SIZE, "4202496")
        .expect(new PageSizeCheck(), Level.FAIL, "storage.segment_size");
    ward.file("proc/self/auxv", auxiliaryVector(4_096))
        .expect(new PageSizeCheck(), Level.OK, "4.0 KiB pages, 1026 to a segment");
    ward.file("proc/self/auxv", "").expect(new PageSizeCheck(), Level.WARN, "not known");
  }

  private static byte[] auxiliaryVector(final long pageSize) {
    final ByteBuffer values = ByteBuffer.allocate(6 * Long.BYTES).order(ByteOrder.nativeOrder());
    return values.putLong(3).putLong(77).putLong(6).putLong(pageSize).array();
  }

  @Test
  void shouldHoldTheMemoryNeededAgainstMachineAndControlGroup() throws IOException {
    ward.file("proc/meminfo", "MemTotal: 64000000 kB\nMemFree: 1 kB\nMemAvailable: 48000000 kB\n")
        .expect(new MemoryCheck(), Level.OK, "available of 61.0 GiB");
    ward.file("proc/self/cgroup", "0::/system.slice/mothership.service\n")
        .file("sys/fs/cgroup/system.slice/memory.max", "134217728\n")
        .file("sys/fs/cgroup/system.slice/mothership.service/memory.max", "max\n")
        .expect(new MemoryCheck(), Level.WARN, "the control group may use 128 MiB");
    ward.file("proc/self/cgroup", "")
        .file("proc/meminfo", "MemTotal: 256000 kB\nMemAvailable: 128000 kB\n")
        .expect(new MemoryCheck(), Level.WARN, "125 MiB available of 250 MiB");
  }

  @Test
  void shouldHoldTheBudgetsAgainstTheHeap() throws IOException {
    ward.file("proc/meminfo", "MemTotal: 64000000 kB\nMemAvailable: 48000000 kB\n")
        .set(JetStreamKeys.MAX_STATE_MEMORY, "16MB")
        .set(NatsKeys.MAX_CONNECTIONS, "1000")
        .expect(new MemoryCheck(), Level.OK, "at most 16.0 MiB of streams and consumers");
    ward.set(NatsKeys.MAX_CONNECTIONS, "1000000")
        .expect(new MemoryCheck(), Level.WARN, "3.8 GiB of connections");
  }

  @Test
  void shouldFindTheFileSystemThatIsOnTop() throws IOException {
    ward.file(
        "proc/self/mountinfo",
        """
        21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        22 21 0:20 / /data rw,nosuid shared:2 master:1 - tmpfs tmpfs rw,size=10k
        23 21 8:2 / /data rw,noatime - xfs /dev/sdb1 rw,nobarrier
        24 21 0:21 / /with\\040space rw - nfs4 server:/ rw,vers=4.2
        """);
    final Mounts mounts = new Mounts(ward.host());
    assertEquals("ext4", mounts.of(Path.of("/database")).orElseThrow().kind());
    assertEquals("xfs", mounts.of(Path.of("/data/journal")).orElseThrow().kind());
    assertTrue(mounts.of(Path.of("/data")).orElseThrow().options().contains("nobarrier"));
    assertEquals("nfs4", mounts.of(Path.of("/with space/x")).orElseThrow().kind());
  }

  @Test
  void shouldWarnOfFileSystemsThatDoNotKeep() throws IOException {
    mounted("ext4", "rw").expect(new FolderCheck(), Level.OK, "ext4, mounted at /");
    mounted("ext4", "rw,barrier=0").expect(new FolderCheck(), Level.FAIL, "with barrier=0");
    mounted("tmpfs", "rw").expect(new FolderCheck(), Level.WARN, "tmpfs");
    mounted("overlay", "rw").expect(new FolderCheck(), Level.WARN, "overlay");
    mounted("nfs4", "rw").expect(new FolderCheck(), Level.WARN, "another machine");
    mounted("fuse.sshfs", "rw").expect(new FolderCheck(), Level.WARN, "another machine");
    mounted("btrfs", "rw").expect(new FolderCheck(), Level.WARN, "copies on every write");
    mounted("vfat", "rw").expect(new FolderCheck(), Level.WARN, "no journal of its own");
  }

  private Ward mounted(final String kind, final String options) throws IOException {
    return ward.file(
        "proc/self/mountinfo", "21 1 8:1 / / rw - " + kind + " /dev/x " + options + "\n");
  }
}
