-- Prefect's own database beside ours, when the container of PostgreSQL makes its data folder. Elsewhere: roles.sql.
CREATE DATABASE figurewatch_prefect;
\connect figurewatch_prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
