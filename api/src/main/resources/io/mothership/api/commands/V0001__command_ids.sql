CREATE TABLE command_ids (
  org_id TEXT NOT NULL REFERENCES organizations (org_id) ON DELETE CASCADE,
  command_id TEXT NOT NULL,
  target TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  stream TEXT NOT NULL DEFAULT '',
  stream_seq {long} NOT NULL DEFAULT 0,
  taken_at {time} NOT NULL,
  PRIMARY KEY (org_id, command_id)
);

CREATE INDEX command_ids_by_age ON command_ids (org_id, taken_at);
