/**
 * The services behind the HTTP API, by domain, and what they share: the envelope and its errors.
 *
 * <p>Handlers run on virtual threads. Services see the broker only as the {@code Fabric} port and
 * the registry only as repositories.
 */
package io.mothership.api;
