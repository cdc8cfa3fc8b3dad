package io.mothership.security;

/** One kind of thing that can be allowed; what an operation asks for. */
public enum Permission {
  ORGANIZATION_READ("organization:read"),
  ORGANIZATION_WRITE("organization:write"),
  ENTITY_READ("entity:read"),
  ENTITY_WRITE("entity:write"),
  TELEMETRY_READ("telemetry:read"),
  /** To send telemetry and events. */
  TELEMETRY_WRITE("telemetry:write"),
  COMMAND_READ("command:read"),
  COMMAND_SEND("command:send"),
  /** To receive commands as whom they are for: acknowledged, they leave the queue. */
  COMMAND_TAKE("command:take"),
  /** To agree to what one person alone may not order, and to force. */
  COMMAND_APPROVE("command:approve"),
  WEBHOOK_READ("webhook:read"),
  WEBHOOK_WRITE("webhook:write"),
  /** To see users, tokens, devices and the audit log. */
  ACCESS_READ("access:read"),
  ACCESS_WRITE("access:write"),
  /** To see how the appliance itself fares. */
  SYSTEM_READ("system:read"),
  SYSTEM_WRITE("system:write");

  private final String words;

  Permission(final String words) {
    this.words = words;
  }

  /** As people and documents write it: {@code entity:read}. */
  public String words() {
    return words;
  }
}
