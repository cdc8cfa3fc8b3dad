package io.mothership.storage.sql;

/** An event that waits to enter the journal. */
public record OutboxRecord(long id, String subject, String messageId, byte[] payload) {}
