package io.mothership.api.status;

/**
 * One part of the appliance that can be well or not.
 *
 * @param name its key among the details
 * @param probe throws if the part is not well; the message is shown
 */
public record HealthCheck(String name, Probe probe) {

  /** Looks at a part. */
  @FunctionalInterface
  public interface Probe {
    void run() throws Exception;
  }
}
