/**
 * The JetStream API: requests on {@code $JS.API.>}, their answers once a change is synced, and
 * advisories.
 *
 * <p>All on ms-dispatch; allocates per request. Changes streams and consumers through their own
 * methods only.
 */
package io.mothership.jetstream.api;
