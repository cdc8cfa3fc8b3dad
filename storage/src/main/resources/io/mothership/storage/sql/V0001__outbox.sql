CREATE TABLE outbox (
  id {position},
  subject TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  payload {bytes} NOT NULL,
  created_at {time} NOT NULL,
  refusal TEXT NOT NULL DEFAULT ''
);
