CREATE TABLE owners (
  position {position},
  org_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
);

CREATE TABLE vehicles (
  position {position},
  vehicle_id TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES owners (org_id) ON DELETE CASCADE,
  status TEXT NOT NULL,
  is_live {flag} NOT NULL DEFAULT FALSE,
  latitude {real} CHECK (latitude BETWEEN -90 AND 90),
  trips {long} NOT NULL DEFAULT 0,
  details TEXT NOT NULL,
  seen_at {time},
  made_at {time} NOT NULL
);
