CREATE TABLE organizations (
  position {position},
  org_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  org_type TEXT NOT NULL CHECK (length(org_type) BETWEEN 1 AND 64),
  classification_levels TEXT NOT NULL DEFAULT 'unclassified',
  data_sharing_agreements TEXT NOT NULL DEFAULT '{}',
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);

CREATE TABLE entities (
  position {position},
  entity_id TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES organizations (org_id) ON DELETE CASCADE,
  entity_type TEXT NOT NULL CHECK (length(entity_type) BETWEEN 1 AND 64),
  status TEXT NOT NULL DEFAULT 'unknown' CHECK (length(status) BETWEEN 1 AND 64),
  priority TEXT NOT NULL DEFAULT 'normal' CHECK (length(priority) BETWEEN 1 AND 64),
  is_live {flag} NOT NULL DEFAULT FALSE,
  expiry_time {time},
  latitude {real} CHECK (latitude BETWEEN -90 AND 90),
  longitude {real} CHECK (longitude BETWEEN -180 AND 180),
  altitude {real},
  heading {real} CHECK (heading BETWEEN 0 AND 360),
  velocity {real},
  accuracy {real},
  position_timestamp {time},
  components TEXT NOT NULL DEFAULT '{}',
  aliases TEXT NOT NULL DEFAULT '{}',
  tags TEXT NOT NULL DEFAULT '[]',
  source TEXT,
  created_by TEXT,
  classification TEXT NOT NULL DEFAULT 'unclassified',
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);

CREATE INDEX entities_by_organization ON entities (org_id, position);
