package io.mothership.app.doctor;

import io.mothership.app.host.HostFiles;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which process listens on a TCP port, as far as {@code /proc} may be read. */
final class ListeningSockets {
  private static final String LISTENING = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final int HEX = 16;

  private final HostFiles host;

  ListeningSockets(final HostFiles host) {
    this.host = host;
  }

  /** Whether a process is known to listen on a port. */
  boolean isListening(final String pid, final int port) {
    return hasOneOf(pid, socketsOf(port));
  }

  /** Whether the sockets of a process may be seen. */
  boolean mayLookInto(final String pid) {
    return !host.names("proc/" + pid + "/fd").isEmpty();
  }

  /** The process that listens on a port. */
  Optional<String> owner(final int port) {
    final Set<String> sockets = socketsOf(port);
    return sockets.isEmpty()
        ? Optional.empty()
        : host.names("proc").stream()
            .filter(name -> name.matches("[0-9]+"))
            .filter(pid -> hasOneOf(pid, sockets))
            .findFirst();
  }

  /** A process as people know it. */
  String described(final String pid) {
    return host.text("proc/" + pid + "/comm").map(name -> name.strip() + ", ").orElse("")
        + "pid "
        + pid;
  }

  private boolean hasOneOf(final String pid, final Set<String> sockets) {
    final String folder = "proc/" + pid + "/fd/";
    for (final String descriptor : host.names(folder)) {
      if (host.link(folder + descriptor).filter(sockets::contains).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private Set<String> socketsOf(final int port) {
    final Set<String> sockets = new HashSet<>();
    for (final String table : List.of("proc/net/tcp", "proc/net/tcp6")) {
      for (final String line : host.lines(table)) {
        final String[] fields = line.strip().split("\\s+");
        if (fields.length > INODE
            && fields[STATE].equals(LISTENING)
            && portOf(fields[LOCAL_ADDRESS]) == port) {
          sockets.add("socket:[" + fields[INODE] + "]");
        }
      }
    }
    return sockets;
  }

  private static int portOf(final String address) {
    final String hex = address.substring(address.indexOf(':') + 1);
    return hex.matches("[0-9A-Fa-f]{1,4}") ? Integer.parseInt(hex, HEX) : -1;
  }
}
