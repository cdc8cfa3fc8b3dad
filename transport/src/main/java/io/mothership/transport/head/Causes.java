package io.mothership.transport.head;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.regex.Pattern;

/**
 * Exceptions as the log may have them. Their texts often quote what a client sent, down to the
 * password, so of those only such pass as are known to quote nothing.
 */
public final class Causes {
  private static final Pattern QUOTES_NOTHING =
      Pattern.compile(
          "Received fatal alert: [a-z_]{1,40}"
              + "|Empty client certificate chain|no cipher suites in common"
              + "|Connection reset( by peer)?|Broken pipe");

  private static final Pattern TEXT_RECORD =
      Pattern.compile("[^:]*: ((0[9ad]|[2-6][0-9a-f]|7[0-9a-e]){2,8}).*", Pattern.DOTALL);

  private static final int DEPTH_MAX = 8;

  private Causes() {}

  /** What happened, in one line: the kinds of exceptions from the outermost to the first one. */
  public static String kind(final Throwable thrown) {
    final StringBuilder kinds = new StringBuilder();
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < DEPTH_MAX; depth++) {
      kinds.append(depth == 0 ? "" : ", caused by ").append(named(at));
      at = at.getCause();
    }
    return kinds.toString();
  }

  /** The same exception for the log: where it was thrown, and no text. */
  public static Throwable withoutText(final Throwable thrown) {
    final Throwable shown = new Textless(kind(thrown));
    shown.setStackTrace(thrown.getStackTrace());
    return shown;
  }

  private static String named(final Throwable thrown) {
    final String name = thrown.getClass().getSimpleName();
    final String text = thrown.getMessage() == null ? "" : thrown.getMessage();
    if (thrown instanceof NotSslRecordException) {
      return name
          + (TEXT_RECORD.matcher(text).matches()
              ? ": plain text, where TLS was expected"
              : ": neither TLS nor text");
    }
    return QUOTES_NOTHING.matcher(text).matches() ? name + ": " + text : name;
  }

  private static final class Textless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Textless(final String kind) {
      super(kind, null, false, true);
    }

    @Override
    public String toString() {
      return getMessage();
    }
  }
}
