package io.mothership.alien;

/** Carries out commands of one type. */
@FunctionalInterface
public interface CommandHandler {

  /** Says that this device will not carry out a command, although it knows the type. */
  final class Rejected extends Exception {

    private static final long serialVersionUID = 1L;

    public Rejected(final String message) {
      super(message);
    }
  }

  /**
   * Returns when the command is done; an exception reports it as failed, {@link Rejected} as
   * rejected.
   *
   * <p><em>Thread:</em> the Alien's command thread, one command at a time.
   */
  void handle(Command command) throws Exception;
}
