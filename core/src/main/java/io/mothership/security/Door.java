package io.mothership.security;

/** Where somebody comes in. */
public enum Door {
  HTTP,
  NATS
}
