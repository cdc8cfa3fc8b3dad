package io.mothership.app.doctor;

import io.mothership.app.host.HostFiles;
import io.mothership.config.NatsKeys;
import java.util.List;
import java.util.OptionalLong;

/** Whether the process may open as many files and sockets as it is configured for. */
final class FilesLimitCheck implements Check {
  private static final String NAME = "file limit";

  /** Segments, database, listeners, epoll: what is open with no client at all, and then some. */
  private static final long OWN = 256;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) {
    final HostFiles host = examination.host();
    final String process = examination.process();
    OptionalLong limit = host.number(process + "/limits", "Max open files");
    String whose =
        process.endsWith("self")
            ? "this shell's processes"
            : "the appliance, pid " + examination.owner().orElse("?") + ",";
    if (limit.isEmpty() && !process.endsWith("self")) {
      limit = host.number("proc/self/limits", "Max open files");
      whose = "this shell's processes";
    }
    if (limit.isEmpty()) {
      return List.of(
          Finding.warn(NAME, "not known: /proc/self/limits cannot be read", "Mount /proc."));
    }
    final long connections = examination.config().number(NatsKeys.MAX_CONNECTIONS);
    final String measured =
        whose + " may open " + limit.getAsLong() + " files, max_connections=" + connections;
    final String remedy =
        "Raise it to "
            + (connections + OWN)
            + " (systemd: LimitNOFILE=, shell: ulimit -n), or lower max_connections.";
    if (limit.getAsLong() < 2 * OWN) {
      return List.of(Finding.fail(NAME, measured, remedy));
    }
    return List.of(
        limit.getAsLong() < connections + OWN
            ? Finding.warn(NAME, measured, remedy)
            : Finding.ok(NAME, measured));
  }
}
