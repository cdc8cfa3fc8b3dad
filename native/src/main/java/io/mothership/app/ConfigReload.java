package io.mothership.app;

import io.mothership.app.supervision.SystemdProxy;
import io.mothership.config.ConfigKey;
import io.mothership.config.HttpKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.TlsKeys;
import io.mothership.error.MothershipException;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again, puts into force what can be changed while running, and says key by
 * key what has to wait for a restart. A configuration that cannot be used changes nothing.
 *
 * <p><i>Thread:</i> any, one reload after the other.
 */
public final class ConfigReload implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

  private final Supplier<MothershipConfig> source;
  private final Wiring wiring;
  private final SystemdProxy systemd;

  /**
   * @param source reads everything anew: file, environment, command line
   */
  public ConfigReload(
      final Supplier<MothershipConfig> source, final Wiring wiring, final SystemdProxy systemd) {
    this.source = source;
    this.wiring = wiring;
    this.systemd = systemd;
  }

  @Override
  public synchronized void run() {
    systemd.reloading();
    String status = "the reload failed";
    try {
      status = reload();
    } catch (final MothershipException e) {
      status = "the reload was refused, see the log; all is as before";
      LOG.error("reload refused, all is as before: [{}]", e.code());
      // One problem a line, and a log record is one line.
      e.getMessage().lines().forEach(line -> LOG.error("reload refused: {}", line));
    } finally {
      systemd.ready(status);
    }
  }

  /** Returns what has come of it, in a few words. */
  private String reload() {
    final MothershipConfig wanted = source.get();
    final MothershipConfig running = wiring.config();
    final MothershipConfig merged = running.reloaded(wanted);
    wiring.reconfigure(merged);
    final List<ConfigKey> changed = running.differences(merged);
    for (final ConfigKey key : changed) {
      LOG.info("reload: {}: {} -> {}", key.fileKey(), running.shown(key), merged.shown(key));
    }
    final boolean hasOtherUsers = !running.hasSameUsers(merged);
    if (hasOtherUsers) {
      LOG.info(
          "reload: users: {} -> {}, with NKeys: {} -> {}",
          running.users().size(),
          merged.users().size(),
          running.keyUsers().size(),
          merged.keyUsers().size());
    }
    for (final ConfigKey certificate : List.of(TlsKeys.CERT_FILE, HttpKeys.TLS_CERT_FILE)) {
      merged
          .path(certificate)
          .ifPresent(file -> LOG.info("reload: certificate and key were read: {}", file));
    }
    final List<ConfigKey> waiting = merged.differences(wanted);
    for (final ConfigKey key : waiting) {
      LOG.warn(
          "reload: {}: {} -> {} needs a restart: {}",
          key.fileKey(),
          merged.shown(key),
          wanted.shown(key),
          wanted.source(key));
    }
    LOG.info(
        "Reloaded: changed={}, waiting for a restart={}",
        changed.size() + (hasOtherUsers ? 1 : 0),
        waiting.size());
    return waiting.isEmpty()
        ? "reloaded"
        : "reloaded; keys waiting for a restart: " + waiting.size();
  }
}
