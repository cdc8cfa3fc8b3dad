package io.mothership.api.commands;

import java.util.Optional;

/** Remembers which id names which command, longer than any client repeats itself. Any thread. */
public interface CommandIds {

  /**
   * Takes an id for a command, unless it is taken.
   *
   * @return what has the id; empty if it is this command's from now on
   */
  Optional<Taken> take(String orgId, String commandId, String target, String fingerprint);

  /** The command is in its stream. */
  void queued(String orgId, String commandId, String stream, long sequence);

  /** The command came to nothing; its id is free again. */
  void release(String orgId, String commandId);

  /**
   * A command that has an id.
   *
   * @param target the entity, or {@code broadcast}
   * @param fingerprint the same for equal commands only
   * @param stream empty as long as it is not known whether a stream has it
   */
  record Taken(String target, String fingerprint, String stream, long sequence) {
    boolean isSame(final String otherTarget, final String otherFingerprint) {
      return target.equals(otherTarget) && fingerprint.equals(otherFingerprint);
    }
  }
}
