DROP VIEW IF EXISTS active_entities;

DROP TABLE IF EXISTS audit_log;

DROP TABLE IF EXISTS users;

DROP TABLE IF EXISTS missions;

DROP TABLE IF EXISTS entity_relationships;
