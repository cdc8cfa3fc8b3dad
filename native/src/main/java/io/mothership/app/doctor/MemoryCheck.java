package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.app.host.HostFiles;
import io.mothership.dispatch.SpineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Whether there is memory for heap, rings and buffers at their largest. */
final class MemoryCheck implements Check {
  private static final String NAME = "memory";
  private static final long KIB = 1024;

  /** Code, threads, what maps and tables take outside heap and rings. */
  private static final long REST_BYTES = 96L * 1024 * 1024;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) {
    final HostFiles host = examination.host();
    final SpineConfig spine = SpineOptions.spine(examination.config());
    final long ringBytes =
        (long) spine.ingressRingBytes() + spine.journalRingBytes() + spine.readRingBytes();
    final long neededBytes =
        Runtime.getRuntime().maxMemory() + ringBytes + spine.largeFrameBytesMax() + REST_BYTES;
    final OptionalLong total = host.number("proc/meminfo", "MemTotal:");
    final OptionalLong available = host.number("proc/meminfo", "MemAvailable:");
    if (total.isEmpty() || available.isEmpty()) {
      return List.of(Finding.warn(NAME, "not known: /proc/meminfo cannot be read", "Mount /proc."));
    }
    final long heldBytes =
        examination.owner().isPresent()
            ? KIB * host.number(examination.process() + "/status", "VmRSS:").orElse(0)
            : 0;
    final long limitBytes = groupLimit(host, examination.process());
    final long roomBytes = Math.min(available.getAsLong() * KIB + heldBytes, limitBytes);
    final List<String> measured = new ArrayList<>();
    measured.add(
        Amounts.bytes(available.getAsLong() * KIB)
            + " available of "
            + Amounts.bytes(total.getAsLong() * KIB));
    if (limitBytes != Long.MAX_VALUE) {
      measured.add("the control group may use " + Amounts.bytes(limitBytes));
    }
    if (heldBytes > 0) {
      measured.add("the appliance holds " + Amounts.bytes(heldBytes));
    }
    measured.add("at most " + Amounts.bytes(neededBytes) + " needed by heap, rings and buffers");
    final String text = String.join(", ", measured);
    return List.of(
        roomBytes < neededBytes
            ? Finding.warn(
                NAME,
                text,
                "Give it more memory, or lower max_payload, rings.* and the heap (-Xmx in"
                    + " MOTHERSHIP_JAVA_OPTS, -XX:MaxHeapSize= for the image).")
            : Finding.ok(NAME, text));
  }

  /** The smallest limit on the way from a process's control group up to the root. */
  private static long groupLimit(final HostFiles host, final String process) {
    long limit = host.number("sys/fs/cgroup/memory.max").orElse(Long.MAX_VALUE);
    limit =
        Math.min(
            limit,
            host.number("sys/fs/cgroup/memory/memory.limit_in_bytes").orElse(Long.MAX_VALUE));
    for (final String line : host.lines(process + "/cgroup")) {
      if (line.startsWith("0::/")) {
        String group = line.substring("0::/".length()).strip();
        while (!group.isEmpty()) {
          limit =
              Math.min(
                  limit,
                  host.number("sys/fs/cgroup/" + group + "/memory.max").orElse(Long.MAX_VALUE));
          group = group.contains("/") ? group.substring(0, group.lastIndexOf('/')) : "";
        }
      }
    }
    return limit;
  }
}
