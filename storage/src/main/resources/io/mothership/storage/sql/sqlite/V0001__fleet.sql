CREATE TABLE organizations (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  org_type TEXT NOT NULL CHECK (length(org_type) BETWEEN 1 AND 64),
  classification_levels TEXT NOT NULL DEFAULT 'unclassified',
  data_sharing_agreements TEXT NOT NULL DEFAULT '{}',
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE entities (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  entity_id TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES organizations (org_id) ON DELETE CASCADE,
  entity_type TEXT NOT NULL CHECK (length(entity_type) BETWEEN 1 AND 64),
  status TEXT NOT NULL DEFAULT 'unknown' CHECK (length(status) BETWEEN 1 AND 64),
  priority TEXT NOT NULL DEFAULT 'normal' CHECK (length(priority) BETWEEN 1 AND 64),
  is_live INTEGER NOT NULL DEFAULT 0 CHECK (is_live IN (0, 1)),
  expiry_time TEXT,
  latitude REAL CHECK (latitude BETWEEN -90 AND 90),
  longitude REAL CHECK (longitude BETWEEN -180 AND 180),
  altitude REAL,
  heading REAL CHECK (heading BETWEEN 0 AND 360),
  velocity REAL,
  accuracy REAL,
  position_timestamp TEXT,
  components TEXT NOT NULL DEFAULT '{}',
  aliases TEXT NOT NULL DEFAULT '{}',
  tags TEXT NOT NULL DEFAULT '[]',
  source TEXT,
  created_by TEXT,
  classification TEXT NOT NULL DEFAULT 'unclassified',
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE INDEX entities_by_organization ON entities (org_id, position);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  payload BLOB NOT NULL,
  created_at TEXT NOT NULL,
  refusal TEXT NOT NULL DEFAULT ''
);
