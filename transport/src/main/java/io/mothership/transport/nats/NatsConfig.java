package io.mothership.transport.nats;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameDescriptor;
import io.mothership.transport.head.KeepAlive;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that can be set about the NATS head; {@link #conclude} checks it before use.
 *
 * <p><i>Thread:</i> the one that sets it up; not changed after {@link #conclude}.
 */
public final class NatsConfig {
  private String host = "0.0.0.0";
  private int port = 4222;
  private String serverId = "";
  private String serverName = "";
  private String version = "2.15.1";
  private boolean hasJetStream = true;
  private String domain = "";
  private List<String> connectUrls = List.of();
  private NatsLogins logins = NatsLogins.NONE;
  private int payloadBytesMax = 1024 * 1024;
  private int controlLineBytesMax = 4096;
  private long pendingBytesMax = 64L * 1024 * 1024;
  private long clientBytesMax = 256L * 1024 * 1024;
  private int connectionsMax = 64 * 1024;
  private long firstPingDelayMs = 100;
  private long earlyPingDelayMs = 2_000;
  private long pingIntervalMs = 120_000;
  private int pingsUnansweredMax = 2;
  private long authPatienceMs = 2_000;
  private long tlsPatienceMs = 2_000;
  private long writeDeadlineMs = 10_000;
  private long farewellMs = 1_000;
  private long lameDuckMs = 1_000;
  private Optional<SslContext> tls = Optional.empty();

  /**
   * Checks ranges and relations.
   *
   * @throws MothershipException {@code NATS_CONFIG} naming every problem
   */
  public NatsConfig conclude() {
    final List<String> problems = new ArrayList<>();
    check(problems, port >= 0 && port <= 65_535, "port: 0..65535, actual=" + port);
    check(
        problems,
        payloadBytesMax > 0 && payloadBytesMax < FrameDescriptor.FRAME_LENGTH_MAX / 2,
        "max_payload: 1.."
            + (FrameDescriptor.FRAME_LENGTH_MAX / 2 - 1)
            + ", actual="
            + payloadBytesMax);
    check(
        problems,
        controlLineBytesMax >= 64 && controlLineBytesMax <= 32_768,
        "max_control_line: 64..32768, actual=" + controlLineBytesMax);
    check(
        problems,
        pendingBytesMax >= payloadBytesMax + 2L * controlLineBytesMax,
        "max_pending: at least max_payload and two control lines, actual=" + pendingBytesMax);
    check(
        problems,
        clientBytesMax >= pendingBytesMax,
        "max_client_memory: at least max_pending, actual=" + clientBytesMax);
    check(problems, connectionsMax > 0, "max_connections: above 0, actual=" + connectionsMax);
    check(problems, pingIntervalMs > 0, "ping_interval: above 0, actual=" + pingIntervalMs);
    check(problems, pingsUnansweredMax > 0, "ping_max: above 0, actual=" + pingsUnansweredMax);
    check(problems, writeDeadlineMs > 0, "write_deadline: above 0, actual=" + writeDeadlineMs);
    if (!problems.isEmpty()) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION, "NATS_CONFIG", String.join("; ", problems));
    }
    return this;
  }

  private static void check(
      final List<String> problems, final boolean isRight, final String problem) {
    if (!isRight) {
      problems.add(problem);
    }
  }

  /** Address to listen on. */
  public String host() {
    return host;
  }

  public NatsConfig host(final String newHost) {
    host = newHost;
    return this;
  }

  /** Port to listen on; 0 takes any free one. */
  public int port() {
    return port;
  }

  public NatsConfig port(final int newPort) {
    port = newPort;
    return this;
  }

  /** {@code server_id} in INFO; empty makes one. */
  public String serverId() {
    return serverId;
  }

  public NatsConfig serverId(final String newServerId) {
    serverId = newServerId;
    return this;
  }

  /** {@code server_name} in INFO; empty takes the id. */
  public String serverName() {
    return serverName;
  }

  public NatsConfig serverName(final String newServerName) {
    serverName = newServerName;
    return this;
  }

  /** {@code version} in INFO: the nats-server release whose features clients may expect. */
  public String version() {
    return version;
  }

  public NatsConfig version(final String newVersion) {
    version = newVersion;
    return this;
  }

  /** Whether INFO says {@code jetstream}. */
  public boolean hasJetStream() {
    return hasJetStream;
  }

  public NatsConfig hasJetStream(final boolean newHasJetStream) {
    hasJetStream = newHasJetStream;
    return this;
  }

  /** JetStream domain in INFO, empty for none. */
  public String domain() {
    return domain;
  }

  public NatsConfig domain(final String newDomain) {
    domain = newDomain;
    return this;
  }

  /** {@code connect_urls} in INFO. */
  public List<String> connectUrls() {
    return connectUrls;
  }

  public NatsConfig connectUrls(final List<String> newConnectUrls) {
    connectUrls = newConnectUrls;
    return this;
  }

  /** Who may log in. */
  public NatsLogins logins() {
    return logins;
  }

  public NatsConfig logins(final NatsLogins newLogins) {
    logins = newLogins;
    return this;
  }

  /** Bytes of headers and payload of one message. */
  public int payloadBytesMax() {
    return payloadBytesMax;
  }

  public NatsConfig payloadBytesMax(final int newPayloadBytesMax) {
    payloadBytesMax = newPayloadBytesMax;
    return this;
  }

  /** Bytes of one control line behind its verb. */
  public int controlLineBytesMax() {
    return controlLineBytesMax;
  }

  public NatsConfig controlLineBytesMax(final int newControlLineBytesMax) {
    controlLineBytesMax = newControlLineBytesMax;
    return this;
  }

  /** Bytes queued for a client that reads too slowly. */
  public long pendingBytesMax() {
    return pendingBytesMax;
  }

  public NatsConfig pendingBytesMax(final long newPendingBytesMax) {
    pendingBytesMax = newPendingBytesMax;
    return this;
  }

  /** Connections at one time. */
  public int connectionsMax() {
    return connectionsMax;
  }

  public NatsConfig connectionsMax(final int newConnectionsMax) {
    connectionsMax = newConnectionsMax;
    return this;
  }

  /** What unfinished messages and backlogs of all clients together may take. */
  public long clientBytesMax() {
    return clientBytesMax;
  }

  public NatsConfig clientBytesMax(final long newClientBytesMax) {
    clientBytesMax = newClientBytesMax;
    return this;
  }

  /** Time after CONNECT at which a client that has not sent PING is sent one. */
  public long firstPingDelayMs() {
    return firstPingDelayMs;
  }

  public NatsConfig firstPingDelayMs(final long newFirstPingDelayMs) {
    firstPingDelayMs = newFirstPingDelayMs;
    return this;
  }

  /** Time after CONNECT at which every client is sent a PING. */
  public long earlyPingDelayMs() {
    return earlyPingDelayMs;
  }

  public NatsConfig earlyPingDelayMs(final long newEarlyPingDelayMs) {
    earlyPingDelayMs = newEarlyPingDelayMs;
    return this;
  }

  /** Silence after which a client is sent a PING. */
  public long pingIntervalMs() {
    return pingIntervalMs;
  }

  public NatsConfig pingIntervalMs(final long newPingIntervalMs) {
    pingIntervalMs = newPingIntervalMs;
    return this;
  }

  /** PINGs without PONG after which a connection is stale. */
  public int pingsUnansweredMax() {
    return pingsUnansweredMax;
  }

  public NatsConfig pingsUnansweredMax(final int newPingsUnansweredMax) {
    pingsUnansweredMax = newPingsUnansweredMax;
    return this;
  }

  /** Time in which a client has to log in, if logging in is required. */
  public long authPatienceMs() {
    return authPatienceMs;
  }

  public NatsConfig authPatienceMs(final long newAuthPatienceMs) {
    authPatienceMs = newAuthPatienceMs;
    return this;
  }

  /** What the keep-alive goes by. */
  KeepAlive.Times keepAlive() {
    return new KeepAlive.Times(
        authPatienceMs, firstPingDelayMs, earlyPingDelayMs, pingIntervalMs, pingsUnansweredMax);
  }

  /** Time for the TLS handshake. */
  public long tlsPatienceMs() {
    return tlsPatienceMs;
  }

  public NatsConfig tlsPatienceMs(final long newTlsPatienceMs) {
    tlsPatienceMs = newTlsPatienceMs;
    return this;
  }

  /** Time in which a client has to take some of what waits for it. */
  public long writeDeadlineMs() {
    return writeDeadlineMs;
  }

  public NatsConfig writeDeadlineMs(final long newWriteDeadlineMs) {
    writeDeadlineMs = newWriteDeadlineMs;
    return this;
  }

  /** Time in which a connection that is being ended has to take its last bytes. */
  public long farewellMs() {
    return farewellMs;
  }

  public NatsConfig farewellMs(final long newFarewellMs) {
    farewellMs = newFarewellMs;
    return this;
  }

  /** Time over which connections are closed when the listener drains. */
  public long lameDuckMs() {
    return lameDuckMs;
  }

  public NatsConfig lameDuckMs(final long newLameDuckMs) {
    lameDuckMs = newLameDuckMs;
    return this;
  }

  /** Certificate and key; every client has to upgrade then. */
  public Optional<SslContext> tls() {
    return tls;
  }

  public NatsConfig tls(final Optional<SslContext> newTls) {
    tls = newTls;
    return this;
  }
}
