-- migrations_table --
-- What migrate() has applied; the only table that no migration makes.
CREATE TABLE IF NOT EXISTS migration (
    name        text PRIMARY KEY,                -- file name without .sql
    applied_at  timestamptz NOT NULL DEFAULT now()
);

-- lock_migrations --
-- One process migrates; the others wait, and find it done.
SELECT pg_advisory_xact_lock(7361000);

-- wait_for_tables --
-- For this transaction.
SELECT set_config('lock_timeout', %(most)s, true);

-- has_migrations --
SELECT to_regclass('migration') IS NOT NULL AS has;

-- migrations --
SELECT name FROM migration ORDER BY name;

-- record_migration --
INSERT INTO migration (name) VALUES (%(name)s);

-- lock_databases --
-- CREATE DATABASE fails while anybody else is connected to the template: one at a time.
SELECT pg_advisory_lock(7361002);

-- databases --
-- Databases whose names begin so; is_template is set on templates that are whole.
SELECT datname AS name, datistemplate AS is_template FROM pg_database WHERE starts_with(datname, %(prefix)s) ORDER BY datname;

-- keep_database --
-- Held by the session that uses a throw-away database: whoever gets it instead may drop the database.
SELECT pg_try_advisory_lock(7361, hashtext(%(name)s)) AS kept;

-- answers --
SELECT true AS answers;

-- tables --
-- Tables of anybody's; a database that has one is not empty.
SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema();

-- table_names --
SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename;

-- identity --
-- The same for two addresses of one database.
SELECT (SELECT system_identifier FROM pg_control_system()) AS server, current_database() AS database;
