package io.mothership.fleet;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The subjects of the fleet, made and read.
 *
 * <pre>
 *  constellation.telemetry.{org}.{entity}
 *  constellation.telemetry.{entity}.{message type}   an older form, by who knows the entity
 *  constellation.events.{org}.{type}
 *  constellation.events.isr.{org}.{entity}           what a device detected
 *  constellation.entities.{org}.{change}
 *  constellation.commands.{org}.{entity}
 *  constellation.commands.{org}.broadcast            for each entity of the organization
 *  constellation.operations.{org}.{aggregate}.{type} what the appliance's own services tell
 * </pre>
 *
 * <p>Whatever stands in braces is one token: not empty, without blanks, dots and wildcards.
 *
 * <p><i>Thread:</i> any.
 */
public final class FleetSubjects {
  /** Stands where an entity does, for all of them. */
  public static final String BROADCAST = "broadcast";

  /** Stands where an organization does, in the subjects of detections. */
  public static final String DETECTIONS = "isr";

  private static final String ROOT = "constellation.";
  private static final byte[] COMMANDS_PREFIX = ascii(Family.COMMANDS.prefix());
  private static final byte[] BROADCAST_SUFFIX = ascii("." + BROADCAST);

  private FleetSubjects() {}

  /** What a message is about. */
  public enum Family {
    TELEMETRY,
    EVENTS,
    ENTITIES,
    COMMANDS,
    OPERATIONS;

    private final String prefix = ROOT + name().toLowerCase(Locale.ROOT) + ".";

    /** What all of its subjects begin with, the dot included. */
    public String prefix() {
      return prefix;
    }

    /** The pattern of all of its subjects. */
    public String all() {
      return prefix + ">";
    }

    /** The pattern of an organization's subjects; {@code *} means every organization. */
    public String of(final String organization) {
      return prefix + (organization.equals("*") ? "*" : token(organization)) + ".>";
    }
  }

  /**
   * What a subject says.
   *
   * @param organization the token in its place, which in telemetry's older form is an entity
   * @param name the token behind: an entity, a type, a change or an aggregate
   * @param isDetection whether it is an event whose {@code name} is an entity
   */
  public record Parts(Family family, String organization, String name, boolean isDetection) {
    /** Whether it is for all entities of the organization. */
    public boolean isBroadcast() {
      return family == Family.COMMANDS && name.equals(BROADCAST);
    }
  }

  public static String telemetry(final String organization, final String entity) {
    return join(Family.TELEMETRY, organization, entity);
  }

  public static String event(final String organization, final String type) {
    return join(Family.EVENTS, organization, type);
  }

  public static String entityChange(final String organization, final String change) {
    return join(Family.ENTITIES, organization, change);
  }

  /** {@code entity} may be {@link #BROADCAST}. */
  public static String command(final String organization, final String entity) {
    return join(Family.COMMANDS, organization, entity);
  }

  public static String operation(
      final String organization, final String aggregate, final String type) {
    return join(Family.OPERATIONS, organization, aggregate) + "." + token(type);
  }

  /** What {@code subject} says, or empty if it is not one of the fleet's. */
  public static Optional<Parts> parse(final String subject) {
    if (!subject.startsWith(ROOT)) {
      return Optional.empty();
    }
    final String[] tokens = subject.split("\\.", -1);
    if (tokens.length < 4) {
      return Optional.empty();
    }
    for (final Family family : Family.values()) {
      if (subject.startsWith(family.prefix())) {
        final boolean isDetection =
            family == Family.EVENTS && tokens[2].equals(DETECTIONS) && tokens.length >= 5;
        final int at = isDetection ? 3 : 2;
        return Optional.of(new Parts(family, tokens[at], tokens[at + 1], isDetection));
      }
    }
    return Optional.empty();
  }

  /** Whether a subject is that of a broadcast. */
  @HotPath
  public static boolean isBroadcast(final Slice subject) {
    final int organizationEnd = subject.length() - BROADCAST_SUFFIX.length;
    if (organizationEnd <= COMMANDS_PREFIX.length || !subject.startsWith(COMMANDS_PREFIX)) {
      return false;
    }
    for (int i = COMMANDS_PREFIX.length; i < organizationEnd; i++) {
      if (subject.byteAt(i) == '.') {
        return false;
      }
    }
    for (int i = 0; i < BROADCAST_SUFFIX.length; i++) {
      if (subject.byteAt(organizationEnd + i) != BROADCAST_SUFFIX[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether a text can stand as one token. */
  public static boolean isToken(final String text) {
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (c <= ' ' || c == '.' || c == '*' || c == '>' || c == 0x7F) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static String join(final Family family, final String organization, final String name) {
    return family.prefix() + token(organization) + "." + token(name);
  }

  private static String token(final String text) {
    if (!isToken(text)) {
      throw new IllegalArgumentException(
          "not one token of a subject: length=" + text.length() + ", rule=no blanks, no '.*>'");
    }
    return text;
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
