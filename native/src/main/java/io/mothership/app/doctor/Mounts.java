package io.mothership.app.doctor;

import io.mothership.app.host.HostFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file systems there are, as {@code /proc/self/mountinfo} lists them. */
final class Mounts {
  private static final int MOUNT_POINT = 4;
  private static final String END_OF_OPTIONAL = " - ";

  private final List<Mount> all = new ArrayList<>();

  /** A file system at its place. */
  record Mount(Path point, String kind, List<String> options) {}

  Mounts(final HostFiles host) {
    for (final String line : host.lines("proc/self/mountinfo")) {
      final int split = line.indexOf(END_OF_OPTIONAL);
      final String[] front = line.split(" ");
      if (split > 0 && front.length > MOUNT_POINT + 1) {
        final String[] back = line.substring(split + END_OF_OPTIONAL.length()).split(" ");
        final List<String> options = new ArrayList<>(List.of(front[MOUNT_POINT + 1].split(",")));
        options.addAll(List.of(back[back.length - 1].split(",")));
        all.add(new Mount(Path.of(unescaped(front[MOUNT_POINT])), back[0], options));
      }
    }
  }

  /** What a path lies on; of two at one place, the later one hides the other. */
  Optional<Mount> of(final Path path) {
    Mount found = null;
    for (final Mount mount : all) {
      if (path.startsWith(mount.point())
          && (found == null || mount.point().getNameCount() >= found.point().getNameCount())) {
        found = mount;
      }
    }
    return Optional.ofNullable(found);
  }

  private static String unescaped(final String text) {
    return text.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
  }
}
