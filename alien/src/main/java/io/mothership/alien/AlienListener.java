package io.mothership.alien;

/**
 * Hears what happens to an Alien, for people and for counters.
 *
 * <p><em>Thread:</em> called from whichever thread noticed; must not block.
 */
@FunctionalInterface
public interface AlienListener {

  /** Kinds of things that happen. */
  enum Notice {
    /** A new organization or entity was created on the server. */
    REGISTERED,
    /** The registration in the state file is in use. */
    REUSED,
    /** The server did not know the stored registration any more; a new one was made. */
    REREGISTERED,
    /** The link is up. */
    CONNECTED,
    /** The link is down; outgoing messages wait. */
    DISCONNECTED,
    /** A command was received. */
    COMMAND,
    /** Commands cannot be subscribed at the moment; tried again every second. */
    COMMANDS_UNAVAILABLE,
    /** The server refused a message for good; it is not sent again. */
    MESSAGE_REFUSED,
    /** The server cannot take messages at the moment; they are sent again. */
    MESSAGE_DELAYED
  }

  /** Tells one happening; {@code text} is one line for people. */
  void on(Notice notice, String text);
}
