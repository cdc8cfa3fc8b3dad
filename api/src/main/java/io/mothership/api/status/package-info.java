/**
 * Whether the appliance works: {@code /health}. Virtual threads; needs no token and tells no
 * secrets.
 */
package io.mothership.api.status;
