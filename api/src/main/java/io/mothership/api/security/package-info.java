/**
 * Who may call: the bearer token. Any thread; secrets are compared in constant time and never
 * logged.
 */
package io.mothership.api.security;
