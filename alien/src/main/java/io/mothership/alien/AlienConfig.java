package io.mothership.alien;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything an {@link Alien} has to be told, checked once.
 *
 * @param httpUrl the server's HTTP address, e.g. {@code http://127.0.0.1:8080}
 * @param natsUrl its NATS address; user and password or a token may be part of it
 * @param token bearer token of the HTTP interface
 * @param orgId an organization that exists already; empty to create {@code orgName} on first run
 * @param stateFile where the registration is kept between runs
 * @param outgoingMessagesMax how many messages may wait for their acknowledgement
 * @param inFlightMessagesMax how many of them may be on the wire at a time
 * @param ackTimeout after this long without the oldest acknowledgement, the link is made anew
 * @param reconnectDelayMax upper bound of the growing delay between attempts to connect
 * @param registrationPatience how long a first registration waits for an unreachable server
 */
public record AlienConfig(
    URI httpUrl,
    String natsUrl,
    String token,
    Optional<String> orgId,
    String orgName,
    String orgType,
    String entityName,
    String entityType,
    Path stateFile,
    int outgoingMessagesMax,
    int inFlightMessagesMax,
    Duration ackTimeout,
    Duration reconnectDelayMax,
    Duration registrationPatience) {

  /** The state file's usual name. */
  public static final String STATE_FILE_NAME = ".alien_config.json";

  /** The token a server has that was given none. */
  public static final String DEFAULT_TOKEN = "constellation-dev-token";

  public AlienConfig {
    Objects.requireNonNull(orgId, "orgId");
    Objects.requireNonNull(stateFile, "stateFile");
    requireText("natsUrl", natsUrl);
    requireText("token", token);
    requireText("orgName", orgName);
    requireText("orgType", orgType);
    requireText("entityName", entityName);
    requireText("entityType", entityType);
    if (httpUrl.getHost() == null
        || !("http".equals(httpUrl.getScheme()) || "https".equals(httpUrl.getScheme()))) {
      throw new IllegalArgumentException("httpUrl is not an http(s) address: " + httpUrl);
    }
    if (outgoingMessagesMax < 1) {
      throw new IllegalArgumentException(
          "outgoingMessagesMax too small: min=1, actual=" + outgoingMessagesMax);
    }
    if (inFlightMessagesMax < 1 || inFlightMessagesMax > outgoingMessagesMax) {
      throw new IllegalArgumentException(
          "inFlightMessagesMax out of range: min=1, max="
              + outgoingMessagesMax
              + ", actual="
              + inFlightMessagesMax);
    }
    requirePositive("ackTimeout", ackTimeout);
    requirePositive("reconnectDelayMax", reconnectDelayMax);
    if (registrationPatience.isNegative()) {
      throw new IllegalArgumentException("registrationPatience is negative");
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  private static void requireText(final String name, final String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + " is empty");
    }
  }

  private static void requirePositive(final String name, final Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive: actual=" + value);
    }
  }

  /** Collects values over the defaults of a development server on this machine. */
  public static final class Builder {

    private URI httpUrl = URI.create("http://127.0.0.1:8080");
    private String natsUrl = "nats://127.0.0.1:4222";
    private String token = DEFAULT_TOKEN;
    private Optional<String> orgId = Optional.empty();
    private String orgName = "Open Mothership";
    private String orgType = "civilian";
    private String entityName = "alien";
    private String entityType = "drone";
    private Path stateFile = Path.of(STATE_FILE_NAME);
    private int outgoingMessagesMax = 8192;
    private int inFlightMessagesMax = 512;
    private Duration ackTimeout = Duration.ofSeconds(10);
    private Duration reconnectDelayMax = Duration.ofSeconds(5);
    private Duration registrationPatience = Duration.ofSeconds(30);

    private Builder() {}

    public Builder httpUrl(final String value) {
      httpUrl = URI.create(value);
      return this;
    }

    public Builder natsUrl(final String value) {
      natsUrl = value;
      return this;
    }

    public Builder token(final String value) {
      token = value;
      return this;
    }

    public Builder orgId(final String value) {
      orgId = Optional.of(value);
      return this;
    }

    public Builder organization(final String name, final String type) {
      orgName = name;
      orgType = type;
      return this;
    }

    public Builder entity(final String name, final String type) {
      entityName = name;
      entityType = type;
      return this;
    }

    public Builder stateFile(final Path value) {
      stateFile = value;
      return this;
    }

    public Builder outgoing(final int messagesMax, final int inFlightMax) {
      outgoingMessagesMax = messagesMax;
      inFlightMessagesMax = inFlightMax;
      return this;
    }

    public Builder ackTimeout(final Duration value) {
      ackTimeout = value;
      return this;
    }

    public Builder reconnectDelayMax(final Duration value) {
      reconnectDelayMax = value;
      return this;
    }

    public Builder registrationPatience(final Duration value) {
      registrationPatience = value;
      return this;
    }

    public AlienConfig build() {
      return new AlienConfig(
          httpUrl,
          natsUrl,
          token,
          orgId,
          orgName,
          orgType,
          entityName,
          entityType,
          stateFile,
          outgoingMessagesMax,
          inFlightMessagesMax,
          ackTimeout,
          reconnectDelayMax,
          registrationPatience);
    }
  }
}
