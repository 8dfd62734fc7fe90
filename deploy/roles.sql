-- Roles for a PostgreSQL server of your own: nobody has more rights than the work needs.
--
--   psql --host db.example --username postgres --dbname postgres --file deploy/roles.sql
--
-- Passwords are set afterwards, typed and not written down: \password figurewatch_owner and so on in psql.
-- It may be run again. No role is a superuser, none may make databases or roles.
--
--   figurewatch_owner   owns the tables: figurewatch db migrate, backup, restore, move
--   figurewatch         services and workers: reads and writes rows, changes no table
--   figurewatch_reader  for a dashboard: reads
--   prefect             Prefect's server, in a database of its own

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', name)
FROM unnest(ARRAY['figurewatch_owner', 'figurewatch', 'figurewatch_reader', 'prefect']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- The databases; Prefect's has the name that figurewatch serve looks for beside its own.
SELECT 'CREATE DATABASE figurewatch OWNER figurewatch_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'figurewatch') \gexec
SELECT 'CREATE DATABASE figurewatch_prefect OWNER prefect'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'figurewatch_prefect') \gexec

REVOKE ALL ON DATABASE figurewatch FROM PUBLIC;
REVOKE ALL ON DATABASE figurewatch_prefect FROM PUBLIC;
GRANT CONNECT ON DATABASE figurewatch TO figurewatch, figurewatch_reader;
GRANT CONNECT ON DATABASE figurewatch_prefect TO prefect;

\connect figurewatch
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO figurewatch_owner;
GRANT USAGE ON SCHEMA public TO figurewatch, figurewatch_reader;
-- Of tables that are there, and of all that migrations will make.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO figurewatch;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO figurewatch;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO figurewatch_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE figurewatch_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO figurewatch;
ALTER DEFAULT PRIVILEGES FOR ROLE figurewatch_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO figurewatch;
ALTER DEFAULT PRIVILEGES FOR ROLE figurewatch_owner IN SCHEMA public GRANT SELECT ON TABLES TO figurewatch_reader;

\connect figurewatch_prefect
-- Prefect's own migrations want it, and only a superuser may make it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
