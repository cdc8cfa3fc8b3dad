package io.mothership.app;

import io.mothership.app.cli.Mothership;

/** Where the process begins. */
public final class Main {
  private Main() {}

  public static void main(final String[] arguments) {
    final int exitCode = Mothership.execute(arguments);
    System.exit(exitCode);
  }
}
