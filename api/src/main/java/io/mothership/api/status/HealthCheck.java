package io.mothership.api.status;

/**
 * One part of the appliance that can be well or not.
 *
 * @param name its key among the details
 * @param probe throws if the part is not well; the message is shown. {@link Degraded} says that it
 *     works, and that somebody should look
 */
public record HealthCheck(String name, Probe probe) {

  /** A part that works, but not as it should. */
  public static final class Degraded extends Exception {
    private static final long serialVersionUID = 1L;

    public Degraded(final String message) {
      super(message, null, false, false);
    }
  }

  /** Looks at a part. */
  @FunctionalInterface
  public interface Probe {
    void run() throws Exception;
  }
}
