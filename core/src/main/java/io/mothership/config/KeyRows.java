package io.mothership.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of one block of the configuration, in the order in which they are written:
 *
 * <pre>
 *  public static final ConfigKey PORT =
 *      ROWS.count("port").byDefault("4222").range(0, 65_535).option("-p, --port").doc("…");
 * </pre>
 *
 * <p>{@link Row#doc} ends a row, so that none is without documentation.
 */
final class KeyRows {
  private final List<ConfigKey> keys = new ArrayList<>();

  List<ConfigKey> keys() {
    return Collections.unmodifiableList(keys);
  }

  Row text(final String fileKey) {
    return new Row(fileKey, ConfigType.TEXT);
  }

  Row secret(final String fileKey) {
    return new Row(fileKey, ConfigType.SECRET);
  }

  Row path(final String fileKey) {
    return new Row(fileKey, ConfigType.PATH);
  }

  Row host(final String fileKey) {
    return new Row(fileKey, ConfigType.HOST);
  }

  /** {@code true} or {@code false}. */
  Row flag(final String fileKey) {
    return new Row(fileKey, ConfigType.SWITCH).range(0, 1);
  }

  Row count(final String fileKey) {
    return new Row(fileKey, ConfigType.COUNT);
  }

  /** Bytes. */
  Row size(final String fileKey) {
    return new Row(fileKey, ConfigType.SIZE);
  }

  /** Its range is in nanoseconds. */
  Row duration(final String fileKey) {
    return new Row(fileKey, ConfigType.DURATION);
  }

  Row choice(final String fileKey, final String... words) {
    return new Row(fileKey, ConfigType.CHOICE, words);
  }

  /** A row that is being written. */
  final class Row {
    private final String fileKey;
    private final ConfigType type;
    private final List<String> choices;
    private final List<String> aliases = new ArrayList<>();
    private String defaultText = "";
    private long min;
    private long max;
    private String cliOption = "";
    private String environmentName = "";
    private boolean isReloadable;
    private final Map<Long, String> meanings = new HashMap<>();

    private Row(final String fileKey, final ConfigType type, final String... choices) {
      this.fileKey = fileKey;
      this.type = type;
      this.choices = List.of(choices);
    }

    Row byDefault(final String text) {
      defaultText = text;
      return this;
    }

    /** The smallest and the largest number. */
    Row range(final long smallest, final long largest) {
      min = smallest;
      max = largest;
      return this;
    }

    /** Options of the command line besides {@code --set}, comma separated. */
    Row option(final String names) {
      cliOption = names;
      return this;
    }

    /** A name in the environment besides {@code MOTHERSHIP_…}. */
    Row environment(final String name) {
      environmentName = name;
      return this;
    }

    /** Another name in the file, block included. */
    Row alias(final String name) {
      aliases.add(name);
      return this;
    }

    /** A number outside of the range that stands for another value, as nats-server has some. */
    Row reads(final long written, final String meant) {
      meanings.put(written, meant);
      return this;
    }

    /** SIGHUP puts a new value into force. */
    Row reloadable() {
      isReloadable = true;
      return this;
    }

    /** What the key is for; ends the row. */
    ConfigKey doc(final String text) {
      final ConfigKey key = new ConfigKey(this, text);
      keys.add(key);
      return key;
    }

    String fileKey() {
      return fileKey;
    }

    ConfigType type() {
      return type;
    }

    List<String> choices() {
      return choices;
    }

    List<String> aliases() {
      return aliases;
    }

    String defaultText() {
      return defaultText;
    }

    long min() {
      return min;
    }

    long max() {
      return max;
    }

    String cliOption() {
      return cliOption;
    }

    String environmentName() {
      return environmentName;
    }

    Map<Long, String> meanings() {
      return meanings;
    }

    boolean isReloadable() {
      return isReloadable;
    }
  }
}
