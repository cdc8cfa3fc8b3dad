package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.app.host.HostFiles;
import io.mothership.config.JetStreamKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.dispatch.SpineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Whether there is memory for heap, rings, buffers and packed indexes at their largest. */
final class MemoryCheck implements Check {
  private static final String NAME = "memory";
  private static final long KIB = 1024;

  /** Code, threads, what maps and tables take outside heap and rings. */
  private static final long REST_BYTES = 96L * 1024 * 1024;

  /** A connection with a subscription, as measured. */
  private static final long CONNECTION_BYTES = 4 * KIB;

  /** Copies for a checkpoint, of the budget of streams and consumers. */
  private static final int COPIES_SHARE = 8;

  /** What an idle appliance has in its heap, requests under way, segments being written anew. */
  private static final long HEAP_REST_BYTES = 40L * 1024 * 1024;

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
    final long indexBytes = 2 * examination.config().number(JetStreamKeys.MAX_INDEX_MEMORY);
    final long neededBytes =
        Runtime.getRuntime().maxMemory()
            + ringBytes
            + spine.largeFrameBytesMax()
            + indexBytes
            + REST_BYTES;
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
    measured.add(
        "at most " + Amounts.bytes(neededBytes) + " needed by heap, rings, buffers and indexes");
    final String text = String.join(", ", measured);
    final List<Finding> findings = new ArrayList<>();
    findings.add(
        roomBytes < neededBytes
            ? Finding.warn(
                NAME,
                text,
                "Give it more memory, or lower max_payload, rings.*, jetstream.max_index_memory and"
                    + " the heap (-Xmx in MOTHERSHIP_JAVA_OPTS, -XX:MaxHeapSize= for the image).")
            : Finding.ok(NAME, text));
    findings.add(heap(examination.config()));
    return findings;
  }

  /** Whether the heap has room for all that its budgets allow. */
  private static Finding heap(final MothershipConfig config) {
    final long heapBytes = Runtime.getRuntime().maxMemory();
    final long stateBytes = SpineOptions.limits(config).stateBytesMax();
    final long subscriptionBytes = config.number(NatsKeys.MAX_SUBSCRIPTION_MEMORY);
    final long connectionBytes = CONNECTION_BYTES * (long) config.integer(NatsKeys.MAX_CONNECTIONS);
    final String text =
        "a heap of "
            + Amounts.bytes(heapBytes)
            + " for at most "
            + Amounts.bytes(stateBytes)
            + " of streams and consumers, "
            + Amounts.bytes(subscriptionBytes)
            + " of subscriptions, "
            + Amounts.bytes(connectionBytes)
            + " of connections";
    return stateBytes
                + stateBytes / COPIES_SHARE
                + subscriptionBytes
                + connectionBytes
                + HEAP_REST_BYTES
            > heapBytes
        ? Finding.warn(
            NAME,
            text,
            "Lower jetstream.max_state_memory, max_subscription_memory or max_connections, or give"
                + " it more heap (-Xmx in MOTHERSHIP_JAVA_OPTS, -XX:MaxHeapSize= for the image).")
        : Finding.ok(NAME, text);
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
