package io.mothership.storage.sql;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The tables of one domain: numbered scripts, of which those that are new to a registry are run
 * when it is opened, each in a transaction. A script that was released never changes; a change is a
 * new script.
 *
 * <p>One script serves both databases. Where they name a type differently it has a word in braces:
 * <code>{position}</code>, the primary key that numbers rows as they are made; <code>{time}</code>,
 * <code>{flag}</code>, <code>{real}</code>, <code>{long}</code>, <code>{bytes}</code>.
 *
 * @param domain name under which the registry remembers how far it is
 * @param place the scripts lie beside this class; the module's native-image metadata has to name
 *     them
 * @param scripts file names in order, {@code V0001__what.sql} first
 * @param early how many of them a registry has that was made before domains had lists of their own
 */
public record Migrations(String domain, Class<?> place, List<String> scripts, int early) {
  private static final Pattern NAME = Pattern.compile("V(\\d{4})__[a-z_]+\\.sql");

  public Migrations {
    scripts = List.copyOf(scripts);
    for (int i = 0; i < scripts.size(); i++) {
      final var name = NAME.matcher(scripts.get(i));
      if (!name.matches() || Integer.parseInt(name.group(1)) != i + 1) {
        throw new IllegalArgumentException(
            "a script of %s is out of order: wanted=V%04d__….sql, actual=%s"
                .formatted(domain, i + 1, scripts.get(i)));
      }
    }
  }

  public static Migrations of(final String domain, final Class<?> place, final String... scripts) {
    return new Migrations(domain, place, List.of(scripts), 0);
  }

  /** The same of a domain whose first {@code count} scripts are older than its list. */
  public Migrations early(final int count) {
    return new Migrations(domain, place, scripts, count);
  }
}
