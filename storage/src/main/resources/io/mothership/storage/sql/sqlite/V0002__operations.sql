CREATE TABLE entity_relationships (
  relationship_id TEXT PRIMARY KEY,
  source_entity_id TEXT NOT NULL REFERENCES entities (entity_id) ON DELETE CASCADE,
  target_entity_id TEXT NOT NULL REFERENCES entities (entity_id) ON DELETE CASCADE,
  relationship_type TEXT NOT NULL
    CHECK (relationship_type IN
      ('parent_child', 'attached_to', 'follows', 'escorts', 'commands', 'monitors')),
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at TEXT NOT NULL,
  UNIQUE (source_entity_id, target_entity_id, relationship_type),
  CHECK (source_entity_id <> target_entity_id)
);

CREATE TABLE missions (
  mission_id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (org_id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'pending',
  assigned_entities TEXT NOT NULL DEFAULT '[]',
  waypoints TEXT NOT NULL DEFAULT '[]',
  geofences TEXT NOT NULL DEFAULT '[]',
  metadata TEXT NOT NULL DEFAULT '{}',
  scheduled_start TEXT,
  scheduled_end TEXT,
  actual_start TEXT,
  actual_end TEXT,
  created_by TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE users (
  user_id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (org_id) ON DELETE CASCADE,
  username TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'commander', 'admin')),
  permissions TEXT NOT NULL DEFAULT '[]',
  certificate_fingerprint TEXT,
  api_key_hash TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE audit_log (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id TEXT,
  user_id TEXT,
  action TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  changes TEXT NOT NULL DEFAULT '{}',
  ip_address TEXT,
  user_agent TEXT,
  created_at TEXT NOT NULL
);

CREATE VIEW active_entities AS
  SELECT * FROM entities WHERE status = 'active';
