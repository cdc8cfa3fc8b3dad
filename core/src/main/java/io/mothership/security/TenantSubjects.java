package io.mothership.security;

import io.mothership.fleet.FleetSubjects;
import io.mothership.fleet.FleetSubjects.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The one place that says which subjects belong to an organization, and what its people and devices
 * may do with them.
 *
 * <pre>
 *  telemetry:read    subscribes   constellation.telemetry.{org}.>  constellation.events.{org}.>
 *                                 constellation.events.isr.{org}.>
 *  telemetry:write   publishes    the same
 *  entity:read       subscribes   constellation.entities.{org}.>  constellation.operations.{org}.>
 *                                 $KV.*.{org}.>
 *  entity:write      publishes    $KV.*.{org}.>
 *  command:read      subscribes   constellation.commands.{org}.>
 *  command:send      publishes    constellation.commands.{org}.>
 *  command:take      takes        constellation.commands.{org}.>  out of the queue, for good
 *  everybody         publishes    $JS.API.>  $JS.{domain}.API.>  $JS.ACK.>  $JS.FC.>
 *                                 _INBOX.{one}.…
 *                    subscribes   _INBOX.{one}.…
 * </pre>
 *
 * <p>Who may write telemetry and events, and read them, may also take events out of their queue.
 * What is subscribed to can also be read from streams and buckets, and nothing else: the engine
 * holds requests to the JetStream API to {@link SubjectRules#scope()}.
 *
 * <p><i>Thread:</i> any.
 */
public final class TenantSubjects {
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,128}");

  /** Stands where an organization does, in the subjects of detections. */
  private static final String DETECTIONS = FleetSubjects.DETECTIONS;

  private static final List<String> REQUESTS =
      List.of("$JS.API.>", "$JS.*.API.>", "$JS.ACK.>", "$JS.FC.>");

  private TenantSubjects() {}

  /** What roles allow in organizations; an admin of all of them is not held to anything. */
  public static SubjectRules rules(final OrganizationScope scope, final Set<Role> roles) {
    if (scope.isAll() && roles.contains(Role.ADMIN)) {
      return SubjectRules.OPEN;
    }
    final List<String> publish = new ArrayList<>(REQUESTS);
    final List<String> subscribe = new ArrayList<>();
    final List<String> queues = new ArrayList<>();
    for (final String organization : scope.isAll() ? Set.of("") : scope.ids()) {
      final Places places = new Places(organization, scope.entities());
      if (may(roles, Permission.TELEMETRY_READ)) {
        subscribe.addAll(places.reportsToSee());
      }
      if (may(roles, Permission.TELEMETRY_WRITE)) {
        publish.addAll(places.reports());
        queues.addAll(places.reports());
      }
      if (may(roles, Permission.ENTITY_READ)) {
        subscribe.addAll(places.records());
        subscribe.addAll(places.keys());
      }
      if (may(roles, Permission.ENTITY_WRITE)) {
        publish.addAll(places.keys());
      }
      if (may(roles, Permission.COMMAND_READ)) {
        subscribe.addAll(places.commandsToSee());
      }
      if (may(roles, Permission.COMMAND_SEND)) {
        publish.addAll(places.commands());
      }
      if (may(roles, Permission.COMMAND_TAKE)) {
        queues.addAll(places.commands());
      }
    }
    return SubjectRules.ofTenant(publish, subscribe, queues);
  }

  /**
   * @throws IllegalArgumentException for an id that would be more than one token of a subject, or
   *     would mean everybody's
   */
  static void requireToken(final String id) {
    if (!TOKEN.matcher(id).matches() || id.equals(DETECTIONS)) {
      throw new IllegalArgumentException(
          "an id in subjects must match " + TOKEN + " and not be '" + DETECTIONS + "'");
    }
  }

  private static boolean may(final Set<Role> roles, final Permission permission) {
    return roles.stream().anyMatch(role -> role.permissions().contains(permission));
  }

  /**
   * The subjects of one organization, or of some entities in it.
   *
   * @param organization empty for those of all
   */
  private record Places(String organization, Set<String> entities) {
    List<String> reports() {
      final List<String> subjects = new ArrayList<>();
      subjects.addAll(below(Family.TELEMETRY.prefix()));
      // The subject of an event says what happened, its payload to whom.
      subjects.add(all(Family.EVENTS.prefix()));
      subjects.addAll(below(Family.EVENTS.prefix() + DETECTIONS + "."));
      return subjects;
    }

    List<String> reportsToSee() {
      final List<String> subjects = new ArrayList<>(reports());
      if (!entities.isEmpty()) {
        subjects.remove(all(Family.EVENTS.prefix()));
      }
      return subjects;
    }

    List<String> records() {
      return entities.isEmpty()
          ? List.of(all(Family.ENTITIES.prefix()), all(Family.OPERATIONS.prefix()))
          : List.of();
    }

    List<String> keys() {
      return below("$KV.*.");
    }

    List<String> commands() {
      return below(Family.COMMANDS.prefix());
    }

    List<String> commandsToSee() {
      final List<String> subjects = new ArrayList<>(commands());
      if (!entities.isEmpty()) {
        subjects.add(Family.COMMANDS.prefix() + organization + "." + FleetSubjects.BROADCAST);
      }
      return subjects;
    }

    private String all(final String root) {
      return root + (organization.isEmpty() ? ">" : organization + ".>");
    }

    private List<String> below(final String root) {
      return entities.isEmpty()
          ? List.of(all(root))
          : entities.stream().map(entity -> root + organization + "." + entity).toList();
    }
  }
}
