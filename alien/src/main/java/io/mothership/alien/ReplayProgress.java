package io.mothership.alien;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which pass over a file an entity is in, and how many of its records are settled without a gap.
 *
 * @param pass from 1
 * @param recordCount settled records: the index of the first one to publish
 */
record ReplayProgress(
    String entityId,
    String file,
    long fileLength,
    long pass,
    long recordCount,
    boolean isFinished) {

  static Optional<ReplayProgress> read(final Path path) {
    try {
      final Map<String, Object> state = JsonText.readObject(Files.readAllBytes(path));
      if (state.get("file_length") instanceof Number length
          && state.get("pass") instanceof Number pass
          && state.get("records") instanceof Number records) {
        return Optional.of(
            new ReplayProgress(
                JsonText.string(state, "entity_id"),
                JsonText.string(state, "file"),
                length.longValue(),
                pass.longValue(),
                records.longValue(),
                Boolean.TRUE.equals(state.get("finished"))));
      }
      throw new AlienException(
          AlienException.Reason.STATE, path + " holds no progress of a replay");
    } catch (final NoSuchFileException e) {
      return Optional.empty();
    } catch (final IOException e) {
      throw new AlienException(
          AlienException.Reason.STATE, path + " cannot be read: " + e.getMessage(), e);
    }
  }

  void write(final Path path) {
    final Map<String, Object> state = new LinkedHashMap<>();
    state.put("entity_id", entityId);
    state.put("file", file);
    state.put("file_length", fileLength);
    state.put("pass", pass);
    state.put("records", recordCount);
    state.put("finished", isFinished);
    try {
      // Not synced: after a power cut an older value is repeated, and the server's ids sort it out.
      Registration.writeAtomically(path, JsonText.write(state), false);
    } catch (final IOException e) {
      throw new AlienException(
          AlienException.Reason.STATE, path + " cannot be written: " + e.getMessage(), e);
    }
  }

  ReplayProgress at(final long newPass, final long newRecordCount, final boolean finished) {
    return new ReplayProgress(entityId, file, fileLength, newPass, newRecordCount, finished);
  }
}
