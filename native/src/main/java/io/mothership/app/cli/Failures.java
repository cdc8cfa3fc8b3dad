package io.mothership.app.cli;

import io.mothership.error.MothershipException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** How a command that ended with an exception is told to the user. */
final class Failures {
  private static final boolean IS_TRACE_WANTED = System.getenv("MOTHERSHIP_TRACE") != null;

  private Failures() {}

  /** One line on stderr; the stack trace only if {@code MOTHERSHIP_TRACE} is set. */
  static int report(
      final Exception exception, final CommandLine command, final ParseResult parsed) {
    final PrintWriter err = command.getErr();
    final String name = command.getCommandSpec().qualifiedName();
    final int exitCode;
    if (exception instanceof MothershipException failure) {
      err.println(name + ": " + failure.getMessage() + " [" + failure.code() + "]");
      exitCode =
          failure.category() == MothershipException.Category.CONFIGURATION
              ? ExitCode.CONFIGURATION
              : ExitCode.FAILURE;
    } else {
      final String message = exception.getMessage();
      err.println(
          name + ": " + (message == null || message.isBlank() ? exception.toString() : message));
      exitCode = ExitCode.FAILURE;
    }
    if (IS_TRACE_WANTED) {
      exception.printStackTrace(err);
    }
    err.flush();
    return exitCode;
  }
}
