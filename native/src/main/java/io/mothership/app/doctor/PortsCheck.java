package io.mothership.app.doctor;

import io.mothership.config.ConfigKey;
import io.mothership.config.HttpKeys;
import io.mothership.config.MonitorKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether every listener can have its port. */
final class PortsCheck implements Check {
  private static final String NAME = "ports";

  private record Listener(String name, String host, int port, String key) {
    String address() {
      return host + ":" + port;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) {
    final MothershipConfig config = examination.config();
    final List<Listener> listeners = new ArrayList<>();
    listeners.add(listener(config, "NATS", NatsKeys.HOST, NatsKeys.PORT));
    listeners.add(listener(config, "HTTP", HttpKeys.HOST, HttpKeys.PORT));
    if (config.integer(MonitorKeys.PORT) >= 0) {
      listeners.add(listener(config, "monitoring", MonitorKeys.HOST, MonitorKeys.PORT));
    }
    final List<Finding> findings = new ArrayList<>();
    final Set<Integer> taken = new HashSet<>();
    for (final Listener listener : listeners) {
      if (listener.port() != 0 && !taken.add(listener.port())) {
        findings.add(
            Finding.fail(
                NAME,
                listener.name() + ": " + listener.port() + " is another listener's port too",
                "Set " + listener.key() + " to a port of its own."));
      } else {
        findings.add(finding(examination, listener));
      }
    }
    return findings;
  }

  private static Listener listener(
      final MothershipConfig config,
      final String name,
      final ConfigKey host,
      final ConfigKey port) {
    return new Listener(name, config.text(host), config.integer(port), port.fileKey());
  }

  private static Finding finding(final Examination examination, final Listener listener) {
    final InetSocketAddress address = new InetSocketAddress(listener.host(), listener.port());
    if (address.isUnresolved()) {
      return Finding.fail(
          NAME,
          listener.name() + ": the host " + listener.host() + " is not known",
          "Use an address of this machine, or make the name known (/etc/hosts).");
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return Finding.ok(
          NAME,
          listener.name()
              + ": "
              + (listener.port() == 0
                  ? "any free port of " + listener.host()
                  : listener.address() + " is free"));
    } catch (final IOException e) {
      return refused(examination, listener, String.valueOf(e.getMessage()));
    }
  }

  private static Finding refused(
      final Examination examination, final Listener listener, final String cause) {
    final String where = listener.name() + ": " + listener.address();
    if (cause.contains("Permission denied")) {
      return Finding.fail(
          NAME,
          where + " may not be bound by this user",
          "Ports below 1024 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=), or use a"
              + " higher one.");
    }
    if (!cause.contains("in use")) {
      return Finding.fail(
          NAME,
          where + " cannot be bound: " + cause,
          "Set the host to an address that this machine has.");
    }
    final ListeningSockets sockets = new ListeningSockets(examination.host());
    final Optional<String> appliance = examination.owner();
    if (appliance.isPresent()) {
      final String pid = appliance.get();
      if (sockets.isListening(pid, listener.port())) {
        return Finding.ok(NAME, where + " is in use by the appliance, pid " + pid);
      }
      if (!sockets.mayLookInto(pid)) {
        return Finding.ok(
            NAME,
            where + " is in use, presumably by the appliance: pid " + pid + " is another user's");
      }
    }
    final String owner =
        sockets.owner(listener.port()).map(pid -> " by " + sockets.described(pid)).orElse("");
    return Finding.fail(
        NAME,
        where + " is in use" + owner,
        "Stop what listens there (ss -ltnp shows it), or set " + listener.key() + ".");
  }
}
