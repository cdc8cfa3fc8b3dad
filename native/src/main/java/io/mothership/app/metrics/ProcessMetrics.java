package io.mothership.app.metrics;

import io.mothership.app.host.HostFiles;
import io.mothership.clock.Clock;
import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import io.netty.util.internal.PlatformDependent;

/** The numbers of the process, under the names all Prometheus clients give them. Any thread. */
public final class ProcessMetrics implements MetricsSource {
  private static final int KIB = 1024;

  private final String version;
  private final HostFiles host;
  private final Clock clock;
  private final long startedNs;
  private final long startedWallNs;

  public ProcessMetrics(final String version, final HostFiles host, final Clock clock) {
    this.version = version;
    this.host = host;
    this.clock = clock;
    this.startedNs = clock.monotonicNs();
    this.startedWallNs = clock.wallNs();
  }

  @Override
  public void write(final MetricsText text) {
    final boolean isImage = System.getProperty("org.graalvm.nativeimage.imagecode") != null;
    text.gauge("mothership_build_info", "Always 1; which build this is and what it runs on.")
        .sample(
            1,
            "version",
            version,
            "runtime",
            isImage ? "native" : "jvm",
            "java",
            System.getProperty("java.version", "unknown"),
            "arch",
            System.getProperty("os.arch", "unknown"));
    final Runtime runtime = Runtime.getRuntime();
    text.gaugeSeconds(
            "mothership_uptime_seconds", "Time since the start.", clock.monotonicNs() - startedNs)
        .gauge(
            "mothership_heap_used_bytes",
            "Bytes of the heap in use, garbage included.",
            runtime.totalMemory() - runtime.freeMemory())
        .gauge(
            "mothership_heap_committed_bytes",
            "Bytes of the heap that the process has.",
            runtime.totalMemory())
        .gauge("mothership_heap_limit_bytes", "Bytes the heap may grow to.", runtime.maxMemory())
        .gauge(
            "mothership_direct_memory_bytes",
            "Memory outside the heap that network buffers have.",
            Math.max(0, PlatformDependent.usedDirectMemory()))
        .gaugeSeconds(
            "process_start_time_seconds", "When the process started, since 1970.", startedWallNs);
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .ifPresent(
            used ->
                text.counterSeconds(
                    "process_cpu_seconds_total",
                    "Processor time used by the process.",
                    used.toNanos()));
    host.number("proc/self/status", "VmRSS:")
        .ifPresent(
            kib ->
                text.gauge(
                    "process_resident_memory_bytes",
                    "Memory of the process that is resident.",
                    kib * KIB));
    host.number("proc/self/status", "VmSize:")
        .ifPresent(
            kib ->
                text.gauge(
                    "process_virtual_memory_bytes", "Address space of the process.", kib * KIB));
    host.number("proc/self/status", "Threads:")
        .ifPresent(count -> text.gauge("process_threads", "Threads of the process.", count));
    host.number("proc/self/limits", "Max open files")
        .ifPresent(
            limit -> text.gauge("process_max_fds", "File descriptors it may have open.", limit));
    final int open = host.names("proc/self/fd").size();
    if (open > 0) {
      // Looking into the folder opens one.
      text.gauge("process_open_fds", "File descriptors it has open.", open - 1);
    }
  }
}
