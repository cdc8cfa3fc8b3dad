package io.mothership.config;

import static io.mothership.config.ConfigType.CHOICE;
import static io.mothership.config.ConfigType.HOST;
import static io.mothership.config.ConfigType.PATH;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One thing that can be configured: file key, environment name, command-line option, default, range
 * and documentation. All of them are rows of {@link ConfigTable}.
 *
 * <p>Every key can also be set as {@code --set KEY=VALUE} and as environment variable {@code
 * MOTHERSHIP_…} (upper case, dots as underscores).
 *
 * <p><i>Thread:</i> any; never changes.
 */
public final class ConfigKey {
  private final String fileKey;
  private final ConfigType type;
  private final String defaultText;
  private final long min;
  private final long max;
  private final String cliOption;
  private final String environmentName;
  private final List<String> aliases;
  private final boolean isReloadable;
  private final String doc;
  private final List<String> choices;
  private final Map<Long, String> meanings;

  ConfigKey(final KeyRows.Row row, final String doc) {
    this.fileKey = row.fileKey();
    this.type = row.type();
    this.defaultText = row.defaultText();
    this.min = row.min();
    this.max = row.max();
    this.cliOption = row.cliOption();
    this.environmentName = row.environmentName();
    this.aliases = List.copyOf(row.aliases());
    this.isReloadable = row.isReloadable();
    this.doc = doc;
    this.choices = row.choices();
    this.meanings = Map.copyOf(row.meanings());
  }

  /** The key in the file; a dot enters a block. */
  public String fileKey() {
    return fileKey;
  }

  public ConfigType type() {
    return type;
  }

  public String defaultText() {
    return defaultText;
  }

  /** Smallest number allowed. */
  public long min() {
    return min;
  }

  /** Largest number allowed. */
  public long max() {
    return max;
  }

  /** Options of the command line besides {@code --set}, comma separated; empty if none. */
  public String cliOption() {
    return cliOption;
  }

  /** Environment names, the most specific first. */
  public List<String> environmentNames() {
    final String ours = "MOTHERSHIP_" + fileKey.toUpperCase(Locale.ROOT).replace('.', '_');
    return environmentName.isEmpty() ? List.of(ours) : List.of(ours, environmentName);
  }

  /** Other names in the file, those of nats-server. */
  List<String> aliases() {
    return aliases;
  }

  public String doc() {
    return doc;
  }

  /** Whether SIGHUP puts a new value into force; the others need a restart. */
  public boolean isReloadable() {
    return isReloadable;
  }

  /** The words a {@link ConfigType#CHOICE} may have. */
  public List<String> choices() {
    return choices;
  }

  public boolean isSecret() {
    return type == ConfigType.SECRET;
  }

  @Override
  public String toString() {
    return fileKey;
  }

  /**
   * Checks a text for this key.
   *
   * @return the text to keep, e.g. a choice in lower case, or what a number stands for
   * @throws IllegalArgumentException if it cannot be a value of this key; the message says why
   */
  String checked(final String text) {
    if (type.isNumber()) {
      final long number = type.number(text);
      final String meant = meanings.get(number);
      if (meant != null) {
        return meant;
      }
      if (number < min || number > max) {
        throw new IllegalArgumentException(
            "must be between " + type.text(min) + " and " + type.text(max));
      }
      return text;
    }
    if (type == CHOICE) {
      final String word = text.toLowerCase(Locale.ROOT);
      if (!choices.contains(word)) {
        throw new IllegalArgumentException("must be one of " + String.join(", ", choices));
      }
      return word;
    }
    if (type == HOST && text.isBlank()) {
      throw new IllegalArgumentException("must not be empty");
    }
    if (type == PATH && text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("is not a path");
    }
    return text;
  }
}
