package io.mothership.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The one table of everything that can be configured, block by block in the order of the reference
 * page, which is made from it. A domain adds its block as a class {@code …Keys} and as a line here.
 *
 * <p><i>Thread:</i> any; never changes.
 */
public final class ConfigTable {
  private static final List<ConfigKey> KEYS =
      Stream.of(
              NatsKeys.rows(),
              AuthorizationKeys.rows(),
              TlsKeys.rows(),
              JetStreamKeys.rows(),
              HttpKeys.rows(),
              MonitorKeys.rows(),
              StorageKeys.rows(),
              ThreadKeys.rows(),
              ProcessKeys.rows())
          .flatMap(List::stream)
          .toList();

  private static final Map<String, ConfigKey> BY_NAME = new HashMap<>();
  private static final Map<String, ConfigKey> BY_ALIAS = new HashMap<>();
  private static final Set<String> BLOCKS = new HashSet<>();

  static {
    for (final ConfigKey key : KEYS) {
      final String name = key.fileKey();
      BY_NAME.put(name, key);
      key.aliases().forEach(alias -> BY_ALIAS.put(alias, key));
      if (name.indexOf('.') > 0) {
        BLOCKS.add(name.substring(0, name.lastIndexOf('.')));
      }
    }
  }

  private ConfigTable() {}

  /** All keys, in the order of the reference page. */
  public static List<ConfigKey> keys() {
    return KEYS;
  }

  /** The key with this name in the file. */
  public static Optional<ConfigKey> key(final String fileKey) {
    return Optional.ofNullable(BY_NAME.get(fileKey));
  }

  /** The key with this name in the file, or this one of its other names. */
  static Optional<ConfigKey> keyOrAlias(final String name) {
    return Optional.ofNullable(BY_ALIAS.getOrDefault(name, BY_NAME.get(name)));
  }

  /** Whether keys stand inside a block of this name. */
  static boolean isBlock(final String name) {
    return BLOCKS.contains(name);
  }
}
