package io.mothership.alien;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who this device is to the server, as kept in the state file.
 *
 * @param orgId the organization's id, made by the server
 * @param entityId the entity's id, made by the server
 */
public record Registration(
    String orgId, String entityId, String orgName, String entityType, String entityName) {

  /**
   * Reads a state file; empty when there is none.
   *
   * @throws AlienException with {@code STATE} when the file is there but holds no registration: it
   *     is never overwritten silently, as that would make a second entity for the same device
   */
  public static Optional<Registration> read(final Path file) {
    try {
      final Map<String, Object> state = JsonText.readObject(Files.readAllBytes(file));
      final String orgId = JsonText.string(state, "org_id");
      final String entityId = JsonText.string(state, "entity_id");
      if (!MessageIds.isToken(orgId) || !MessageIds.isToken(entityId)) {
        throw new AlienException(
            AlienException.Reason.STATE, file + ": org_id or entity_id is missing or malformed");
      }
      return Optional.of(
          new Registration(
              orgId,
              entityId,
              JsonText.string(state, "org_name"),
              JsonText.string(state, "entity_type"),
              JsonText.string(state, "entity_name")));
    } catch (final NoSuchFileException e) {
      return Optional.empty();
    } catch (final IOException e) {
      throw new AlienException(
          AlienException.Reason.STATE, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  void write(final Path file) {
    final Map<String, Object> state = new LinkedHashMap<>();
    state.put("org_id", orgId);
    state.put("entity_id", entityId);
    state.put("org_name", orgName);
    state.put("entity_type", entityType);
    state.put("entity_name", entityName);
    try {
      writeAtomically(file, JsonText.write(state), true);
    } catch (final IOException e) {
      throw new AlienException(
          AlienException.Reason.STATE, file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Replaces a file in one step: a reader, or a crash, sees the old content or the new one. */
  static void writeAtomically(final Path file, final byte[] content, final boolean sync)
      throws IOException {
    final Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    final Path next = target.resolveSibling(target.getFileName() + ".next");
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      final ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (sync) {
        channel.force(true);
      }
    }
    Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
