package io.mothership.app;

/** What is composed. */
public enum Role {
  /** Everything: broker with the appliance's streams, HTTP, records. */
  APPLIANCE,
  /** Only a NATS server. */
  BROKER
}
