package io.mothership.fabric;

import java.time.Duration;
import java.util.List;

/**
 * A stream as it is to be made: limits retention, the oldest go first, file storage.
 *
 * @param age messages go after so long; zero = never
 * @param bytesMax of all messages, -1 = no limit
 * @param isSynced whether a publish is acknowledged only when the disk has it
 */
public record StreamOutline(
    String name, List<String> subjects, Duration age, long bytesMax, boolean isSynced) {
  public StreamOutline {
    subjects = List.copyOf(subjects);
  }
}
