package io.mothership.api;

/**
 * What the services need to know.
 *
 * @param bearerToken who knows it may do everything
 * @param version of the appliance, shown by {@code /health}
 */
public record ApiConfig(String bearerToken, String version) {}
