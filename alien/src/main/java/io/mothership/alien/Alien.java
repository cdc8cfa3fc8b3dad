package io.mothership.alien;

import io.mothership.alien.AlienException.Reason;
import io.mothership.alien.AlienListener.Notice;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * A registered device and its link to the server.
 *
 * <p>Messages are accepted into a bounded window, published through JetStream, and sent again under
 * the same id until the server has acknowledged them. The window is in memory: what was not
 * acknowledged is lost with the process ({@link TrackReplay} shows how to continue from a
 * recording).
 *
 * <p><em>Thread:</em> any; messages of one thread keep their order. <em>Back-pressure:</em> {@code
 * offerX} answers {@link #FULL}, {@code sendX} blocks.
 */
public final class Alien implements AutoCloseable {

  /** The window has no room at the moment. */
  public static final long FULL = OutgoingWindow.FULL;

  /** The Alien was closed. */
  public static final long CLOSED = OutgoingWindow.CLOSED;

  private static final long REGISTRATION_RETRY_NS = Duration.ofMillis(500).toNanos();
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

  private final FleetProxy fleet;
  private final Registration registration;
  private final OutgoingWindow.Tally tally = new OutgoingWindow.Tally();
  private final MessageIds ids = new MessageIds(MessageIds::systemMicros);
  private final OutgoingWindow window;
  private final CommandDesk commands;
  private final Link link;

  private Alien(
      final AlienConfig config,
      final FleetProxy fleet,
      final Registration registration,
      final AlienListener listener) {
    this.fleet = fleet;
    this.registration = registration;
    this.window =
        new OutgoingWindow(
            config.outgoingMessagesMax(), config.inFlightMessagesMax(), System::nanoTime);
    this.commands =
        new CommandDesk(registration, data -> sendEventUnlessClosed("command_ack", data), listener);
    this.link = new Link(config, "alien-" + registration.entityId(), window, commands, listener);
  }

  /**
   * Registers the device if need be and answers its registration, without connecting to NATS.
   *
   * <p>A stored registration is checked against the server. If the server does not know it any
   * more, a new one replaces it ({@link Notice#REREGISTERED}); if the server cannot be reached, the
   * stored one is used.
   */
  public static Registration register(final AlienConfig config, final AlienListener listener) {
    try (FleetProxy fleet = new FleetProxy(config.httpUrl(), config.token())) {
      return register(config, fleet, listener);
    }
  }

  /** Registers as {@link #register} does and starts the link, which may come up later. */
  public static Alien open(final AlienConfig config, final AlienListener listener) {
    final FleetProxy fleet = new FleetProxy(config.httpUrl(), config.token());
    try {
      final Alien alien = new Alien(config, fleet, register(config, fleet, listener), listener);
      alien.link.start();
      return alien;
    } catch (final AlienException e) {
      fleet.close();
      throw e;
    }
  }

  private static Registration register(
      final AlienConfig config, final FleetProxy fleet, final AlienListener listener) {
    final Optional<Registration> stored = Registration.read(config.stateFile());
    if (stored.isPresent()) {
      return reuse(config, fleet, stored.get(), listener);
    }
    final long deadlineNs = System.nanoTime() + config.registrationPatience().toNanos();
    while (true) {
      try {
        final Registration made = create(config, fleet, config.orgId());
        listener.on(Notice.REGISTERED, "registered as " + describe(made));
        return made;
      } catch (final AlienException e) {
        if (e.reason() != Reason.UNREACHABLE
            || System.nanoTime() - deadlineNs >= 0
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(REGISTRATION_RETRY_NS);
      }
    }
  }

  private static Registration reuse(
      final AlienConfig config,
      final FleetProxy fleet,
      final Registration stored,
      final AlienListener listener) {
    try {
      if (fleet.isEntityKnown(stored.orgId(), stored.entityId())) {
        listener.on(Notice.REUSED, "registered before as " + describe(stored));
        return stored;
      }
      final Optional<String> orgId =
          fleet.isOrganizationKnown(stored.orgId()) ? Optional.of(stored.orgId()) : config.orgId();
      final Registration made = create(config, fleet, orgId);
      listener.on(
          Notice.REREGISTERED,
          "the server does not know entity "
              + stored.entityId()
              + " any more; registered again as "
              + describe(made));
      return made;
    } catch (final AlienException e) {
      if (e.reason() != Reason.UNREACHABLE) {
        throw e;
      }
      listener.on(
          Notice.REUSED,
          "the server cannot be asked (" + e.getMessage() + "); going on as " + describe(stored));
      return stored;
    }
  }

  private static Registration create(
      final AlienConfig config, final FleetProxy fleet, final Optional<String> orgId) {
    final String org =
        orgId.orElseGet(() -> fleet.createOrganization(config.orgName(), config.orgType()));
    final Registration made =
        new Registration(
            org,
            fleet.createEntity(org, config.entityName(), config.entityType()),
            config.orgName(),
            config.entityType(),
            config.entityName());
    made.write(config.stateFile());
    return made;
  }

  private static String describe(final Registration registration) {
    return registration.entityName()
        + " (org "
        + registration.orgId()
        + ", entity "
        + registration.entityId()
        + ")";
  }

  public Registration registration() {
    return registration;
  }

  public boolean isConnected() {
    return link.isConnected();
  }

  /** Waits for the link; false when it is still down after the time. */
  public boolean awaitConnected(final Duration timeout) throws InterruptedException {
    return link.awaitConnected(timeout);
  }

  /**
   * Runs {@code handler} for every command of a type; the subscription begins with the first
   * handler.
   */
  public void onCommand(final String type, final CommandHandler handler) {
    commands.on(type, handler);
    window.wake();
  }

  /**
   * Offers telemetry: the {@code data} object of the message. Answers its position, or FULL,
   * CLOSED.
   */
  public long offerTelemetry(final Map<String, ?> data) {
    return window.offer(telemetry(data));
  }

  /** Sends telemetry, waiting for room. Answers its position, or CLOSED. */
  public long sendTelemetry(final Map<String, ?> data) throws InterruptedException {
    return window.put(telemetry(data));
  }

  /** Sends a position: WGS 84 degrees and metres above mean sea level. */
  public long sendPosition(final double latitude, final double longitude, final double altitude)
      throws InterruptedException {
    return sendTelemetry(Map.of("position", position(latitude, longitude, altitude)));
  }

  /**
   * Sends an event.
   *
   * @param type one subject token: letters, digits, {@code -} and {@code _}
   */
  public long sendEvent(final String type, final Map<String, ?> data) throws InterruptedException {
    return window.put(event(type, data));
  }

  /** Changes the entity's status in the registry, over HTTP. */
  public void updateStatus(final String status) {
    updateEntity(Map.of("status", status));
  }

  /**
   * Changes fields of the entity in the registry, over HTTP, e.g. {@code latitude}, {@code
   * is_live}.
   */
  public void updateEntity(final Map<String, ?> fields) {
    fleet.updateEntity(registration.orgId(), registration.entityId(), fields);
  }

  /** Waits until everything sent so far is acknowledged or refused; false when the time is over. */
  public boolean awaitAcknowledged(final Duration timeout) throws InterruptedException {
    return window.awaitSettled(timeout.toNanos());
  }

  public Delivery delivery() {
    return window.delivery();
  }

  /** Gives the outgoing messages two more seconds, then closes the link. */
  @Override
  public void close() {
    try {
      if (link.isConnected()) {
        window.awaitSettled(CLOSE_WAIT.toNanos());
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      window.close();
      link.close();
      fleet.close();
    }
  }

  /** Sends telemetry under an id of the caller's choice, with members beside {@code data}. */
  long sendRecorded(
      final String id,
      final Map<String, ?> beside,
      final Map<String, ?> data,
      final OutgoingWindow.Tally counts)
      throws InterruptedException {
    final Map<String, Object> body = new LinkedHashMap<>();
    body.put("entity_id", registration.entityId());
    body.put("timestamp", MessageIds.timestamp(ids.nextMicros()));
    body.put("data", data);
    body.putAll(beside);
    return window.put(
        new OutgoingWindow.Message(telemetrySubject(), id, JsonText.write(body), counts));
  }

  /** How far the window is settled without a gap, as a position. */
  long settledPosition() {
    final Delivery delivery = window.delivery();
    return delivery.published() - delivery.pending();
  }

  Optional<String> lastStoredTelemetryId() throws IOException, JetStreamApiException {
    return link.lastStoredId(telemetrySubject());
  }

  static Map<String, Object> position(
      final double latitude, final double longitude, final double altitude) {
    final Map<String, Object> position = new LinkedHashMap<>();
    position.put("latitude", latitude);
    position.put("longitude", longitude);
    if (!Double.isNaN(altitude)) {
      position.put("altitude", altitude);
    }
    return position;
  }

  private String telemetrySubject() {
    return "constellation.telemetry." + registration.orgId() + "." + registration.entityId();
  }

  private OutgoingWindow.Message telemetry(final Map<String, ?> data) {
    final long micros = ids.nextMicros();
    final Map<String, Object> body = new LinkedHashMap<>();
    body.put("entity_id", registration.entityId());
    body.put("timestamp", MessageIds.timestamp(micros));
    body.put("data", data);
    return new OutgoingWindow.Message(
        telemetrySubject(),
        MessageIds.telemetryId(registration.entityId(), micros),
        JsonText.write(body),
        tally);
  }

  private OutgoingWindow.Message event(final String type, final Map<String, ?> data) {
    if (!MessageIds.isToken(type)) {
      throw new IllegalArgumentException("event type is no subject token: " + type);
    }
    final Map<String, Object> body = new LinkedHashMap<>();
    body.put("entity_id", registration.entityId());
    body.put("event_type", type);
    body.put("timestamp", MessageIds.timestamp(ids.nextMicros()));
    body.put("data", data);
    return new OutgoingWindow.Message(
        "constellation.events." + registration.orgId() + "." + type,
        UUID.randomUUID().toString(),
        JsonText.write(body),
        tally);
  }

  private void sendEventUnlessClosed(final String type, final Map<String, ?> data) {
    try {
      sendEvent(type, data);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
