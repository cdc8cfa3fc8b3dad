package io.mothership.alien;

import java.nio.file.Path;

/**
 * How to replay a file.
 *
 * @param speed how many times faster than recorded; {@link #SPEED_MAX} for as fast as
 *     acknowledgements allow
 * @param isLooped whether to begin again at the end, for ever
 * @param isRestarted whether to begin a new pass although the last one was not finished
 * @param progressFile where the pass and the record are kept, so that a killed replay continues
 */
public record ReplayOptions(
    Path file, double speed, boolean isLooped, boolean isRestarted, Path progressFile) {

  /** No waiting between records. */
  public static final double SPEED_MAX = Double.POSITIVE_INFINITY;

  public ReplayOptions {
    if (!(speed > 0)) {
      throw new IllegalArgumentException("speed must be positive: actual=" + speed);
    }
  }

  /** A single pass at some speed, with its progress kept beside the state file. */
  public static ReplayOptions of(final AlienConfig config, final Path file, final double speed) {
    final Path state = config.stateFile().toAbsolutePath();
    final Path progress =
        state.resolveSibling(".alien_replay_" + TrackReplay.plainName(file) + ".json");
    return new ReplayOptions(file, speed, false, false, progress);
  }

  public ReplayOptions looped(final boolean value) {
    return new ReplayOptions(file, speed, value, isRestarted, progressFile);
  }

  public ReplayOptions restarted(final boolean value) {
    return new ReplayOptions(file, speed, isLooped, value, progressFile);
  }

  /** Reads {@code 10}, {@code 0.5} or {@code max}. */
  public static double parseSpeed(final String text) {
    if ("max".equalsIgnoreCase(text)) {
      return SPEED_MAX;
    }
    final double speed;
    try {
      speed = Double.parseDouble(text);
    } catch (final NumberFormatException e) {
      throw new IllegalArgumentException("speed is neither a number nor max: " + text, e);
    }
    if (!(speed > 0) || Double.isInfinite(speed)) {
      throw new IllegalArgumentException("speed must be positive: actual=" + text);
    }
    return speed;
  }
}
