package io.mothership.jetstream.model;

import io.mothership.journal.SyncPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What an operator, and the product around it, set for JetStream.
 *
 * @param domain answers {@code $JS.<domain>.API.>} too and is named in acknowledgements; empty for
 *     none
 * @param serverVersion shown in the metadata of streams and consumers, e.g. {@code 2.15.1}
 * @param payloadBytesMax the broker's payload limit
 * @param memoryBytesMax limit of streams with memory storage together, -1 = none
 * @param storeBytesMax limit of file streams together, -1 = none
 * @param limits of what takes memory
 * @param ownByName the product's own streams
 * @param sync policy of file streams whose metadata say nothing; if empty, each own stream has that
 *     of its definition, and every other {@code always}
 */
public record JetStreamConfig(
    String domain,
    String serverVersion,
    int payloadBytesMax,
    long memoryBytesMax,
    long storeBytesMax,
    JetStreamLimits limits,
    Map<String, StreamDefinition> ownByName,
    Optional<SyncPolicy> sync) {

  public JetStreamConfig {
    ownByName = Map.copyOf(ownByName);
  }

  /** A plain broker's defaults: no domain, no streams of its own. */
  public static JetStreamConfig defaults() {
    return new JetStreamConfig(
        "",
        "2.15.1",
        1024 * 1024,
        256L * 1024 * 1024,
        2L * 1024 * 1024 * 1024,
        JetStreamLimits.defaults(),
        Map.of(),
        Optional.empty());
  }

  /** The product's own streams, in the order of their names. */
  public List<StreamDefinition> own() {
    return ownByName.keySet().stream().sorted().map(ownByName::get).toList();
  }

  /** What the product says of a stream; empty if it is not its own. */
  public Optional<StreamDefinition> definition(final String streamName) {
    return Optional.ofNullable(ownByName.get(streamName));
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
        ownByName,
        Optional.of(policy));
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
        ownByName,
        sync);
  }

  /** The same in a domain, empty for none. */
  public JetStreamConfig withDomain(final String newDomain) {
    return new JetStreamConfig(
        newDomain,
        serverVersion,
        payloadBytesMax,
        memoryBytesMax,
        storeBytesMax,
        limits,
        ownByName,
        sync);
  }

  /** The same with streams of the product's own. */
  public JetStreamConfig withOwn(final List<StreamDefinition> own) {
    return new JetStreamConfig(
        domain,
        serverVersion,
        payloadBytesMax,
        memoryBytesMax,
        storeBytesMax,
        limits,
        own.stream().collect(Collectors.toMap(each -> each.config().name(), Function.identity())),
        sync);
  }

  /** The same with other sizes. */
  public JetStreamConfig withSizes(
      final int newPayloadBytesMax, final long newMemoryBytesMax, final long newStoreBytesMax) {
    return new JetStreamConfig(
        domain,
        serverVersion,
        newPayloadBytesMax,
        newMemoryBytesMax,
        newStoreBytesMax,
        limits,
        ownByName,
        sync);
  }
}
