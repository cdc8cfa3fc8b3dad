package io.mothership.app.cli;

import java.util.Locale;

/** Where the process begins. */
public final class Main {
  private Main() {}

  public static void main(final String[] arguments) {
    // What the product writes is the same in every country.
    Locale.setDefault(Locale.ENGLISH);
    final int exitCode = Mothership.execute(arguments);
    System.exit(exitCode);
  }
}
