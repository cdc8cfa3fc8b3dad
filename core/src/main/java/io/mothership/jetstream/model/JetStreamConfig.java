package io.mothership.jetstream.model;

import io.mothership.journal.SyncPolicy;
import java.util.Map;

/**
 * What an operator sets for JetStream.
 *
 * @param domain answers {@code $JS.<domain>.API.>} too and is named in acknowledgements; empty for
 *     none
 * @param serverVersion shown in the metadata of streams and consumers, e.g. {@code 2.15.1}
 * @param payloadBytesMax the broker's payload limit
 * @param memoryBytesMax limit of streams with memory storage together, -1 = none
 * @param storeBytesMax limit of file streams together, -1 = none
 * @param limits of what takes memory
 * @param isConstellation whether the four CONSTELLATION streams are created when missing
 * @param syncDefault sync policy of file streams whose metadata say nothing
 * @param sync sync policy by stream name, before the default
 */
public record JetStreamConfig(
    String domain,
    String serverVersion,
    int payloadBytesMax,
    long memoryBytesMax,
    long storeBytesMax,
    JetStreamLimits limits,
    boolean isConstellation,
    SyncPolicy syncDefault,
    Map<String, SyncPolicy> sync) {

  public static final String DEFAULT_DOMAIN = "constellation";

  public JetStreamConfig {
    sync = Map.copyOf(sync);
  }

  /** The appliance's defaults. */
  public static JetStreamConfig defaults() {
    return new JetStreamConfig(
        DEFAULT_DOMAIN,
        "2.15.1",
        1024 * 1024,
        256L * 1024 * 1024,
        2L * 1024 * 1024 * 1024,
        JetStreamLimits.defaults(),
        true,
        SyncPolicy.ALWAYS,
        Map.of(ConstellationStreams.TELEMETRY, SyncPolicy.INTERVAL));
  }

  /** The same with one policy for all streams whose metadata say nothing. */
  public JetStreamConfig withSync(final SyncPolicy policy) {
    return new JetStreamConfig(
        domain,
        serverVersion,
        payloadBytesMax,
        memoryBytesMax,
        storeBytesMax,
        limits,
        isConstellation,
        policy,
        Map.of());
  }

  /** The same with other limits. */
  public JetStreamConfig withLimits(final JetStreamLimits newLimits) {
    return new JetStreamConfig(
        domain,
        serverVersion,
        payloadBytesMax,
        memoryBytesMax,
        storeBytesMax,
        newLimits,
        isConstellation,
        syncDefault,
        sync);
  }

  /** The same as a plain broker: the given domain (empty for none), no streams of its own. */
  public JetStreamConfig asBroker(final String newDomain) {
    return new JetStreamConfig(
        newDomain,
        serverVersion,
        payloadBytesMax,
        memoryBytesMax,
        storeBytesMax,
        limits,
        false,
        syncDefault,
        sync);
  }
}
