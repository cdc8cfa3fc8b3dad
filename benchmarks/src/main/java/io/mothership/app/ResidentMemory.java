package io.mothership.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What a process has in memory, in KiB, as the kernel counts it.
 *
 * @param resident all of it ({@code VmRSS})
 * @param anonymous heap, stacks, direct buffers: what is the process's alone
 * @param file pages of files, of the program itself and of the journal's segments among them; the
 *     kernel can take these back
 */
record ResidentMemory(long resident, long anonymous, long file) {

  static ResidentMemory of(final long pid) throws IOException {
    final Map<String, Long> values = values(pid);
    return new ResidentMemory(
        values.get("VmRSS"),
        values.get("RssAnon"),
        values.get("RssFile") + values.getOrDefault("RssShmem", 0L));
  }

  /** The most that was ever resident. */
  static long peakOf(final long pid) throws IOException {
    return values(pid).get("VmHWM");
  }

  private static Map<String, Long> values(final long pid) throws IOException {
    final Map<String, Long> values = new HashMap<>();
    for (final String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      final String[] words = line.split("[:\\s]+");
      if (words.length == 3 && words[2].equals("kB")) {
        values.put(words[0], Long.parseLong(words[1]));
      }
    }
    return values;
  }
}
