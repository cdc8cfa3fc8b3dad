package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.config.StorageKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Whose the data folder is, who else may look into it, and what it lies on. */
final class FolderCheck implements Check {
  private static final String NAME = "data folder";
  private static final Set<String> VANISHING = Set.of("tmpfs", "ramfs", "overlay", "aufs");
  private static final Set<String> COPYING = Set.of("btrfs", "zfs", "bcachefs");
  private static final Set<String> REMOTE =
      Set.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "afs", "virtiofs");
  private static final Set<String> SIMPLE = Set.of("vfat", "exfat", "msdos", "ntfs", "ntfs3");
  private static final Set<String> UNSAFE_OPTIONS = Set.of("nobarrier", "barrier=0");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) throws IOException {
    final Set<Path> folders = new LinkedHashSet<>();
    folders.add(examination.folder());
    folders.add(
        Path.of(examination.config().text(StorageKeys.DATA_DIR)).toAbsolutePath().normalize());
    final List<Finding> findings = new ArrayList<>();
    for (final Path folder : folders) {
      if (Files.exists(folder)) {
        findings.add(permissions(examination, folder));
      }
    }
    final Path there = examination.existingFolder();
    if (findings.isEmpty()) {
      findings.add(
          Files.isWritable(there)
              ? Finding.ok(NAME, examination.folder() + " is not there yet; a start makes it")
              : Finding.fail(
                  NAME,
                  examination.folder() + " is not there, and " + there + " may not be written",
                  "Make the folder for the appliance's user: install -d -m 750 -o USER "
                      + examination.folder()));
    }
    new Mounts(examination.host())
        .of(there.toRealPath())
        .map(FolderCheck::fileSystem)
        .ifPresent(findings::add);
    examination
        .owner()
        .ifPresent(
            pid ->
                findings.add(
                    Finding.ok(
                        NAME,
                        "an appliance is running on it, pid "
                            + pid
                            + ": the end of its journal may be unfinished")));
    return findings;
  }

  private static Finding permissions(final Examination examination, final Path folder)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      return Finding.fail(
          NAME, folder + " is not a folder", "Name another one as storage.data_dir.");
    }
    final Set<PosixFilePermission> granted = Files.getPosixFilePermissions(folder);
    final long owner = uid(folder);
    final String measured =
        folder + ": " + PosixFilePermissions.toString(granted) + ", owner uid " + owner;
    final OptionalLong self = examination.host().number("proc/self/status", "Uid:");
    final boolean isRoot = self.orElse(-1) == 0;
    if (!Files.isWritable(folder) || !Files.isReadable(folder)) {
      return Finding.fail(
          NAME,
          measured + ": uid " + self.orElse(-1) + " may not write it",
          "Run this as the appliance's user (sudo -u …), or give the folder to it: chown.");
    }
    final Optional<Path> foreign = foreign(examination, folder, owner);
    if (foreign.isPresent()) {
      return Finding.fail(
          NAME,
          measured + ", but " + foreign.get() + " belongs to uid " + uid(foreign.get()),
          "Was it once run by another user? chown -R --reference=" + folder + " " + folder);
    }
    if (granted.contains(PosixFilePermission.OTHERS_WRITE)) {
      return Finding.fail(NAME, measured + ": anybody may write it", "chmod o-rwx " + folder);
    }
    if (granted.contains(PosixFilePermission.OTHERS_READ)) {
      return Finding.warn(
          NAME,
          measured + ": every user of this machine may read what is kept",
          "chmod o-rwx " + folder);
    }
    if (isRoot && owner != 0) {
      return Finding.warn(
          NAME,
          measured + ", looked at by root, who may do everything",
          "Run this as the appliance's user to see what that may do.");
    }
    return Finding.ok(NAME, measured);
  }

  /** A file of ours that belongs to somebody else. */
  private static Optional<Path> foreign(
      final Examination examination, final Path folder, final long owner) throws IOException {
    final List<Path> places =
        List.of(
            folder.resolve(".lock"),
            folder.resolve("journal"),
            SpineOptions.databaseFile(examination.config()).toAbsolutePath());
    for (final Path place : places) {
      if (Files.exists(place) && uid(place) != owner) {
        return Optional.of(place);
      }
    }
    final Path journal = folder.resolve("journal");
    if (Files.isDirectory(journal)) {
      try (var files = Files.newDirectoryStream(journal)) {
        for (final Path file : files) {
          if (Files.exists(file) && uid(file) != owner) {
            return Optional.of(file);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static long uid(final Path path) throws IOException {
    return ((Number) Files.getAttribute(path, "unix:uid")).longValue();
  }

  private static Finding fileSystem(final Mounts.Mount mount) {
    final String kind = mount.kind();
    final String measured = kind + ", mounted at " + mount.point();
    if (VANISHING.contains(kind)) {
      return Finding.warn(
          NAME,
          measured + ": gone with the power or the container",
          "Put storage.data_dir on a disk, in a container on a volume.");
    }
    if (REMOTE.contains(kind) || kind.startsWith("fuse")) {
      return Finding.warn(
          NAME,
          measured + ": another machine or program decides what a sync means",
          "Put storage.data_dir on a local disk; locks and syncs over a network can lie.");
    }
    if (COPYING.contains(kind)) {
      return Finding.warn(
          NAME,
          measured + ": copies on every write, which makes syncs slower and space ahead unsafe",
          "Use ext4 or xfs, or switch copying off for the folder while it is empty (chattr +C).");
    }
    if (SIMPLE.contains(kind)) {
      return Finding.warn(
          NAME,
          measured + ": has no journal of its own, so a power cut can damage it",
          "Use ext4, xfs or f2fs.");
    }
    for (final String option : mount.options()) {
      if (UNSAFE_OPTIONS.contains(option)) {
        return Finding.fail(
            NAME,
            measured + " with " + option + ": syncs do not reach the disk",
            "Mount it without " + option + ".");
      }
    }
    return Finding.ok(NAME, measured);
  }
}
