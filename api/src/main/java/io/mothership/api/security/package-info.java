/**
 * What HTTP and WebSocket show of who calls, and the check before each route. Any thread; who it is
 * says the {@code Authenticator} that all listeners share.
 */
package io.mothership.api.security;
