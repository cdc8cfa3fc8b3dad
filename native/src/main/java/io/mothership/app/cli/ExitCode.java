package io.mothership.app.cli;

/** What the process answers to its caller. */
public final class ExitCode {
  public static final int OK = 0;

  /** The work was tried and failed. */
  public static final int FAILURE = 1;

  /** The command line cannot be understood. */
  public static final int USAGE = 2;

  /** The configuration is wrong: nothing was started ({@code EX_CONFIG} of sysexits.h). */
  public static final int CONFIGURATION = 78;

  private ExitCode() {}
}
