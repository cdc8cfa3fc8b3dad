CREATE TABLE command_ids (
  position {position},
  org_id TEXT NOT NULL,
  command_id TEXT NOT NULL,
  target TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  stream TEXT NOT NULL DEFAULT '',
  stream_sequence {long} NOT NULL DEFAULT 0,
  made_at {time} NOT NULL,
  UNIQUE (org_id, command_id)
);

CREATE INDEX command_ids_by_age ON command_ids (made_at);
