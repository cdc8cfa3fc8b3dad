package io.mothership.app.doctor;

import io.mothership.app.Version;
import io.mothership.app.host.HostFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether the processor can run the image, and has what checksums and TLS are fast with. */
final class ProcessorCheck implements Check {
  private static final String NAME = "processor";
  private static final String LEVEL_PREFIX = "x86-64-v";
  private static final List<String> V2 =
      List.of("cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3");
  private static final List<String> V3 =
      List.of("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) {
    return List.of(finding(examination.host(), Version.processors()));
  }

  /** Judges a processor by what the image is made for. */
  static Finding finding(final HostFiles host, final String wanted) {
    final Set<String> flags = flags(host);
    if (flags.isEmpty()) {
      return Finding.warn(
          NAME, "not known: /proc/cpuinfo names no features", "Mount /proc, and look again.");
    }
    final boolean isX86 = flags.contains("fpu");
    final String level = isX86 ? LEVEL_PREFIX + level(flags) : "ARM";
    final List<String> missing = new ArrayList<>();
    if (!flags.contains(isX86 ? "sse4_2" : "crc32")) {
      missing.add("CRC32C instructions");
    }
    if (!flags.contains("aes")) {
      missing.add("AES instructions");
    }
    final String measured =
        level
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors, image made for "
            + (wanted.equals("compatibility") ? "any of the architecture" : wanted);
    if (isX86 ? isBelow(wanted, level(flags)) : isWithoutAtomics(wanted, flags)) {
      return Finding.fail(
          NAME, measured, "Use the image for an older processor, or the jar with a JVM.");
    }
    return missing.isEmpty()
        ? Finding.ok(NAME, measured + ", CRC32C and AES in hardware")
        : Finding.warn(
            NAME,
            measured + "; it has no " + String.join(" and no ", missing),
            "Expect checksums or TLS to cost more here; measure with the load you expect before"
                + " you rely on it.");
  }

  private static int level(final Set<String> flags) {
    if (!flags.containsAll(V2)) {
      return 1;
    }
    return flags.containsAll(V3) ? 3 : 2;
  }

  private static boolean isBelow(final String wanted, final int level) {
    return wanted.startsWith(LEVEL_PREFIX)
        && level < Integer.parseInt(wanted.substring(LEVEL_PREFIX.length()));
  }

  /** The large system extension: ARMv8.1 brings it, and an older one may be asked for it. */
  private static boolean isWithoutAtomics(final String wanted, final Set<String> flags) {
    return (wanted.startsWith("armv8.1") || wanted.contains("+lse")) && !flags.contains("atomics");
  }

  private static Set<String> flags(final HostFiles host) {
    for (final String line : host.lines("proc/cpuinfo")) {
      if (line.startsWith("flags") || line.startsWith("Features")) {
        return new HashSet<>(List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")));
      }
    }
    return Set.of();
  }
}
