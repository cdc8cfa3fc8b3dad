package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.testkit.ContractCheckingHttp;
import io.mothership.storage.recovery.SegmentFiles;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.LostStreamData;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamState;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sealed segments that the disk damages: the rest is served, and everybody can see what is lost.
 */
final class DamageClientsIT {
  private static final int COUNT = 30_000;
  private static final int NO_MESSAGE_FOUND = 10037;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String STREAM = "LOG";

  @TempDir private Path folder;
  private final ContractCheckingHttp http = new ContractCheckingHttp();
  private ApplianceProcess appliance;

  @BeforeEach
  void start() throws Exception {
    final Path config = folder.resolve("small.conf");
    Files.writeString(
        config,
        """
        max_payload: 64KB
        storage { segment_size: 1MB, checkpoint_size: 1MB }
        """);
    appliance = ApplianceProcess.start(folder.resolve("appliance"), "--config", config.toString());
    try (Connection client = Nats.connect(appliance.natsUrl())) {
      client
          .jetStreamManagement()
          .addStream(StreamConfiguration.builder().name(STREAM).subjects("log.>").build());
      final List<CompletableFuture<PublishAck>> answers = new ArrayList<>();
      for (int i = 1; i <= COUNT; i++) {
        answers.add(client.jetStream().publishAsync("log." + i % 5, payload(i)));
        if (answers.size() == 500) {
          await(answers);
        }
      }
      await(answers);
    }
  }

  @AfterEach
  void stop() throws Exception {
    http.close();
    if (appliance != null) {
      appliance.close();
      appliance.kill();
    }
  }

  @Test
  void shouldTellWhatAStoppedAppliancesSegmentLost() throws Exception {
    assertEquals(0, appliance.stop(), appliance::log);
    final Path segment = firstSealed();
    overwrite(segment, 100_000, 64);
    overwrite(segment, 300_000, 5_000);
    appliance.start();
    final Set<Long> lost = readAllButLost();
    assertTrue(lost.size() >= 20 && lost.size() < 40, lost::toString);
    assertTold(lost);
    final DoctorAnswer doctor = doctor();
    assertEquals(1, doctor.exitCode(), doctor::text);
    assertTrue(doctor.text().contains("damaged: segment="), doctor::text);

    appliance.kill();
    appliance.start();
    assertTold(lost);
    assertEquals(0, appliance.stop(), appliance::log);
    appliance.start();
    assertTold(lost);
    try (Connection client = Nats.connect(appliance.natsUrl())) {
      assertEquals(COUNT + 1, client.jetStream().publish("log.x", payload(COUNT + 1)).getSeqno());
      client.jetStreamManagement().purgeStream(STREAM);
      assertNull(state(client).getLostStreamData(), "purged with the rest");
    }
  }

  @Test
  void shouldTellThatAWholeSegmentIsLost() throws Exception {
    assertEquals(0, appliance.stop(), appliance::log);
    overwrite(firstSealed(), 0, 200_000);
    appliance.start();
    final Set<Long> lost;
    try (Connection client = Nats.connect(appliance.natsUrl())) {
      lost = listed(state(client));
    }
    assertTrue(lost.size() > 1_000, lost::toString);
    assertEquals(lost, readAllButLost(), "known from the start on");
    assertTold(lost);
  }

  /** What is mapped and gone would end the process if it were looked at. */
  @Test
  void shouldLiveOnWhenASegmentIsCutOffUnderIt() throws Exception {
    // So that nothing is read from the tail window.
    assertEquals(0, appliance.stop(), appliance::log);
    appliance.start();
    try (Connection client = Nats.connect(appliance.natsUrl())) {
      final JetStreamManagement streams = client.jetStreamManagement();
      assertNotNull(streams.getMessage(STREAM, 100));
      try (FileChannel channel = FileChannel.open(firstSealed(), StandardOpenOption.WRITE)) {
        channel.truncate(400_000);
      }
      final Set<Long> lost = readAllButLost();
      assertTrue(lost.size() > 1_000, lost::toString);
      assertTold(lost);
      assertNotNull(streams.getMessage(STREAM, 100));
      assertEquals(COUNT + 1, client.jetStream().publish("log.x", payload(COUNT + 1)).getSeqno());
    }
    assertEquals(0, appliance.stop(), appliance::log);
  }

  /** Returns the sequences that a consumer of everything did not get. */
  private Set<Long> readAllButLost() throws Exception {
    final Set<Long> missing = new TreeSet<>();
    LongStream.rangeClosed(1, COUNT).forEach(missing::add);
    try (Connection client = Nats.connect(appliance.natsUrl())) {
      final var consumer =
          client
              .getStreamContext(STREAM)
              .createOrUpdateConsumer(ConsumerConfiguration.builder().durable("all").build());
      try (var messages = consumer.iterate()) {
        long sequence = 0;
        while (sequence < COUNT) {
          final Message message = messages.nextMessage(PATIENCE);
          assertNotNull(message, "the consumer waits for what is lost");
          sequence = message.metaData().streamSequence();
          assertEquals(
              new String(payload((int) sequence), StandardCharsets.US_ASCII),
              new String(message.getData(), StandardCharsets.US_ASCII));
          message.ack();
          missing.remove(sequence);
        }
      }
      client.flush(PATIENCE);
      assertEquals(0, consumer.getConsumerInfo().getNumPending());
      client.jetStreamManagement().deleteConsumer(STREAM, "all");
    }
    return missing;
  }

  private void assertTold(final Set<Long> lost) throws Exception {
    try (Connection client = Nats.connect(appliance.natsUrl())) {
      final StreamState state = state(client);
      assertEquals(lost, listed(state));
      assertTrue(state.getLostStreamData().getBytes() >= lost.size() * 100L);
      assertEquals(COUNT - lost.size(), state.getMsgCount());
      assertEquals(lost.size(), state.getDeletedCount() + state.getFirstSequence() - 1);
      final long one = lost.iterator().next();
      final JetStreamApiException refused =
          assertThrows(
              JetStreamApiException.class,
              () -> client.jetStreamManagement().getMessage(STREAM, one));
      assertEquals(NO_MESSAGE_FOUND, refused.getApiErrorCode());
      assertTrue(refused.getMessage().contains("the disk did not keep it"), refused::getMessage);
    }
    final Matcher metric =
        Pattern.compile("mothership_stream_lost_messages\\{stream=\"LOG\"} (\\d+)")
            .matcher(metrics());
    assertTrue(metric.find());
    assertEquals(lost.size(), Integer.parseInt(metric.group(1)));
    assertTrue(
        appliance.log().contains("the disk did not keep a message: stream=LOG"), appliance::log);
  }

  private static StreamState state(final Connection client) throws Exception {
    return client.jetStreamManagement().getStreamInfo(STREAM).getStreamState();
  }

  private static Set<Long> listed(final StreamState state) {
    final LostStreamData lost = state.getLostStreamData();
    assertNotNull(lost, "nothing is said to be lost");
    return new TreeSet<>(lost.getMessages());
  }

  private record DoctorAnswer(int exitCode, String text) {}

  private DoctorAnswer doctor() throws Exception {
    final List<String> command = ApplianceProcess.program();
    command.addAll(List.of("doctor", "-d", appliance.data().toString()));
    final Path output = folder.resolve("doctor");
    final Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    return new DoctorAnswer(process.exitValue(), Files.readString(output));
  }

  private String metrics() throws Exception {
    return http.send("GET", URI.create(appliance.httpUrl() + "/metrics"), "").body();
  }

  private Path firstSealed() throws Exception {
    return SegmentFiles.list(SegmentFiles.journalDirectory(appliance.data())).values().stream()
        .filter(SegmentFiles::isSealed)
        .findFirst()
        .orElseThrow();
  }

  private static void overwrite(final Path file, final long offset, final int length)
      throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      final byte[] noise = new byte[length];
      Arrays.fill(noise, (byte) 0x5A);
      channel.write(ByteBuffer.wrap(noise), offset);
    }
  }

  private static void await(final List<CompletableFuture<PublishAck>> answers) throws Exception {
    for (final CompletableFuture<PublishAck> answer : answers) {
      answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    answers.clear();
  }

  private static byte[] payload(final int number) {
    return (number + ":" + "a record of the log ".repeat(5)).getBytes(StandardCharsets.US_ASCII);
  }
}
