package io.mothership.jetstream.stream;

import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.model.ApiException;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the journal's records at a start, in their order. What was decided when they were written
 * is not decided anew: what a limit let go, an acknowledgement or an age had made room for before.
 *
 * <p><i>Thread:</i> the one that recovers.
 */
public final class StreamReplay {
  private static final Logger LOG = LoggerFactory.getLogger(StreamReplay.class);

  private final StreamHome owner;
  private long startWallNs = Long.MAX_VALUE;
  private long checkpointSequence;

  public StreamReplay(final StreamHome owner) {
    this.owner = owner;
  }

  /** The wall time of this start. */
  public void startsAt(final long wallNs) {
    startWallNs = wallNs;
  }

  /** A checkpoint has what the records up to one led to; 0 = none has. */
  public void startAfter(final long journalSequence) {
    checkpointSequence = journalSequence;
    owner.gaps().startAfter(journalSequence);
  }

  /** Applies the next record; one that a checkpoint covers only tells where its message lies. */
  public void onRecovered(final FrameView frame, final long location) {
    if (frame.journalSequence() <= checkpointSequence) {
      // The checkpoint knows this record; at most it lies somewhere else now.
      if (frame.recordType() == RecordType.MESSAGE) {
        owner.onRelocated(frame.streamId(), frame.streamSequence(), location);
      }
      return;
    }
    owner.gaps().onRecovered(frame);
    switch (frame.recordType()) {
      case STREAM_CONFIG -> onConfigRecovered(frame);
      case STREAM_DELETE -> {
        final Stream stream = owner.streamById(frame.streamId());
        if (stream != null) {
          owner.remove(stream);
        }
      }
      case MESSAGE, DELETE, PURGE, RESERVATION -> {
        final Stream stream = owner.streamById(frame.streamId());
        if (stream != null) {
          expire(stream, frame);
          apply(stream, frame, location);
        }
      }
      case ACK, CONSUMER_CONFIG, CONSUMER_DELETE, CONSUMER_STATE -> {
        final Stream stream = owner.streamById(frame.streamId());
        if (stream != null) {
          expire(stream, frame);
        }
        owner.consumers().onRecovered(frame);
      }
      default -> {
        // Checkpoints belong to the journal itself.
      }
    }
  }

  /**
   * What was too old when a record came is gone by then, so that limits count the same as they did.
   * A record of the future is one of a clock that was wrong.
   */
  private void expire(final Stream stream, final FrameView frame) {
    stream.expiry().expire(Math.min(frame.timeNs(), startWallNs));
  }

  private void apply(final Stream stream, final FrameView frame, final long location) {
    switch (frame.recordType()) {
      case MESSAGE -> {
        stream.losses().onMessageRecovered(frame.streamSequence());
        stream.intake().onRecovered(frame, location);
      }
      case DELETE -> stream.losses().onRemovalRecovered(frame);
      case PURGE -> applyPurge(stream, frame);
      default -> stream.intake().reservation().onRecovered(frame.streamSequence());
    }
  }

  private static void applyPurge(final Stream stream, final FrameView frame) {
    final MessageView record = new MessageView().wrap(frame);
    final JsonObject json = JsonReader.parse(record.payload().toByteArray());
    stream.purge(json.string("filter", ""), json.count("seq", 0), json.count("keep", 0));
  }

  private void onConfigRecovered(final FrameView frame) {
    final MessageView record = new MessageView().wrap(frame);
    owner.onStreamId(frame.streamId());
    try {
      final JsonObject json = JsonReader.parse(record.payload().toByteArray());
      final StreamConfig recovered = StreamConfig.parse(json.object("config"));
      if (recovered.isMemory()) {
        // It ended with the process that made it, and another may have its name.
        return;
      }
      final Stream stream = owner.streamById(frame.streamId());
      if (stream == null) {
        owner.add(frame.streamId(), json.number("created", frame.timeNs()), recovered);
      } else {
        expire(stream, frame);
        stream.update(recovered);
      }
    } catch (final JsonException | ApiException e) {
      LOG.error(
          "stream configuration not understood: stream={}, journalSequence={}, reason={}",
          frame.streamId(),
          frame.journalSequence(),
          e.getMessage());
    }
  }
}
