package io.mothership.security;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A bundle of permissions that somebody is given. */
public enum Role {
  /** Sees the fleet; given all organizations, also how the appliance fares. */
  VIEWER(
      Permission.ORGANIZATION_READ,
      Permission.ENTITY_READ,
      Permission.TELEMETRY_READ,
      Permission.COMMAND_READ,
      Permission.SYSTEM_READ),
  /** Runs the fleet; what a device or its client needs too. */
  OPERATOR(
      VIEWER,
      Permission.ENTITY_WRITE,
      Permission.TELEMETRY_WRITE,
      Permission.COMMAND_SEND,
      Permission.COMMAND_TAKE,
      Permission.WEBHOOK_READ),
  /** Also agrees to what takes two, and forces. */
  COMMANDER(OPERATOR, Permission.COMMAND_APPROVE),
  /** Everything, within its organizations. */
  ADMIN(COMMANDER, Permission.values()),
  /** Delivers telemetry and events, and sees nothing. */
  INGEST(Permission.TELEMETRY_WRITE);

  private final Set<Permission> permissions;

  Role(final Permission... permissions) {
    this.permissions = Collections.unmodifiableSet(EnumSet.copyOf(Arrays.asList(permissions)));
  }

  Role(final Role lesser, final Permission... more) {
    final Set<Permission> all = EnumSet.copyOf(lesser.permissions);
    all.addAll(Arrays.asList(more));
    this.permissions = Collections.unmodifiableSet(all);
  }

  public Set<Permission> permissions() {
    return permissions;
  }

  /** As configuration and documents write it: {@code viewer}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of a word, in any case. */
  public static Optional<Role> of(final String word) {
    return Arrays.stream(values()).filter(role -> role.word().equalsIgnoreCase(word)).findFirst();
  }

  /** All words, for messages. */
  public static String words() {
    return Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "));
  }
}
