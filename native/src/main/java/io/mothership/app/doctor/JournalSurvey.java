package io.mothership.app.doctor;

import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.RecordType;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import io.mothership.storage.recovery.JournalVerification;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a journal says when it is read without being opened.
 *
 * @param segments segment files there are
 * @param bytes what is used of them; their length if not all of them were read
 * @param isWhole whether every segment was read
 * @param hasAllStreams whether the records that were read tell of every stream there is
 * @param verification what reading found, if there is a journal
 * @param streams of the records read, the streams that live, by id
 */
record JournalSurvey(
    int segments,
    long bytes,
    boolean isWhole,
    boolean hasAllStreams,
    Optional<JournalVerification> verification,
    Map<Integer, KnownStream> streams) {

  /** What is read if not everything is asked for. */
  static final long QUICK_BYTES_MAX = 256L * 1024 * 1024;

  /**
   * A stream as its configuration record has it.
   *
   * @param bytesMax its limit, -1 = none
   */
  record KnownStream(String name, long bytesMax, boolean isMemory) {}

  /** Reads the journal of a data folder, its newest segments up to a length. */
  static JournalSurvey of(final Path folder, final long readBytesMax) throws IOException {
    final Path journal = SegmentFiles.journalDirectory(folder);
    if (!Files.isDirectory(journal)) {
      return new JournalSurvey(0, 0, true, false, Optional.empty(), Map.of());
    }
    final NavigableMap<Integer, Path> files = SegmentFiles.list(journal);
    long bytes = 0;
    for (final Path file : files.values()) {
      bytes += lengthOf(file);
    }
    final Map<Integer, KnownStream> streams = new TreeMap<>();
    final JournalVerification verification =
        JournalVerification.ofNewest(
            folder, readBytesMax, (frame, location) -> note(streams, frame));
    final boolean isWhole = bytes <= readBytesMax;
    // Where nothing was written anew or freed, no stream's configuration has gone to a checkpoint.
    final boolean isUntouched =
        verification.firstSequence() <= 1
            && files.keySet().stream().noneMatch(SegmentFiles::isRewritten);
    return new JournalSurvey(
        files.size(),
        isWhole ? verification.bytes() : bytes,
        isWhole,
        isWhole && isUntouched && !streams.isEmpty(),
        Optional.of(verification),
        streams);
  }

  /** Names of the streams on disk that nothing bounds. */
  List<String> unbounded() {
    final List<String> names = new ArrayList<>();
    for (final KnownStream stream : streams.values()) {
      if (!stream.isMemory() && stream.bytesMax() < 0) {
        names.add(stream.name());
      }
    }
    return names;
  }

  /** Sum of the limits of the streams on disk. */
  long limitBytes() {
    long sum = 0;
    for (final KnownStream stream : streams.values()) {
      sum += stream.isMemory() ? 0 : Math.max(0, stream.bytesMax());
    }
    return sum;
  }

  private static long lengthOf(final Path file) {
    try {
      return Files.size(file);
    } catch (final IOException e) {
      // The appliance may be running and have let it go or renamed it.
      return 0;
    }
  }

  private static void note(final Map<Integer, KnownStream> streams, final FrameView frame) {
    final RecordType type = frame.recordType();
    if (type == RecordType.STREAM_DELETE) {
      streams.remove(frame.streamId());
    } else if (type == RecordType.STREAM_CONFIG) {
      try {
        final byte[] json = new MessageView().wrap(frame).payload().toByteArray();
        final JsonObject config = JsonReader.parse(json).object("config");
        streams.put(
            frame.streamId(),
            new KnownStream(
                config.string("name", "?"),
                config.number("max_bytes", -1),
                config.string("storage", "file").equals("memory")));
      } catch (final JsonException e) {
        // The start of the appliance reports it; for the sum of limits it does not count.
        streams.remove(frame.streamId());
      }
    }
  }
}
