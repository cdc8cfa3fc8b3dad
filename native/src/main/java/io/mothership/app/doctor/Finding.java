package io.mothership.app.doctor;

/**
 * One thing that was looked at.
 *
 * @param check what was looked at, in a word or two
 * @param measured what was found
 * @param remedy what to do about it, in a sentence; empty if nothing is to be done
 */
public record Finding(String check, Level level, String measured, String remedy) {

  /** How it is. */
  public enum Level {
    OK,
    WARN,
    FAIL
  }

  static Finding ok(final String check, final String measured) {
    return new Finding(check, Level.OK, measured, "");
  }

  static Finding warn(final String check, final String measured, final String remedy) {
    return new Finding(check, Level.WARN, measured, remedy);
  }

  static Finding fail(final String check, final String measured, final String remedy) {
    return new Finding(check, Level.FAIL, measured, remedy);
  }
}
