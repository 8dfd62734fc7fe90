-- The service: whose each lease is, what passes came to, and what is counted for the page of metrics.

-- A lease names the process that took it. Each process holds an advisory lock under its number for as long as it lives, so
-- that what a killed one had taken is free again at once, not when the lease lapses. A trigger, since every stage leases.
CREATE FUNCTION name_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.leased_by := nullif(current_setting('figurewatch.process', true), '')::integer;
    RETURN NEW;
END
$$;

ALTER TABLE source ADD COLUMN leased_by integer;      -- of the process that polls it; null: one that does not say
ALTER TABLE entry ADD COLUMN leased_by integer;
ALTER TABLE page ADD COLUMN leased_by integer;
ALTER TABLE message ADD COLUMN leased_by integer;
ALTER TABLE notice ADD COLUMN leased_by integer;
CREATE TRIGGER source_holder BEFORE UPDATE OF leased_until ON source FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER entry_holder BEFORE UPDATE OF leased_until ON entry FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER page_holder BEFORE UPDATE OF leased_until ON page FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER message_holder BEFORE UPDATE OF leased_until ON message FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER notice_holder BEFORE UPDATE OF leased_until ON notice FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();

-- What stands in quarantine is counted at every look.
CREATE INDEX entry_quarantined ON entry (id) WHERE state = 'quarantined';
CREATE INDEX page_quarantined ON page (id) WHERE state = 'quarantined';

-- Dropping an observation asks whether a shift rests on it.
CREATE INDEX shift_before ON shift (before_id);

CREATE TABLE pass (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker    text NOT NULL,                          -- machine and process
    process   integer,                                -- its number among the holders of leases
    began_at  timestamptz NOT NULL,
    ended_at  timestamptz,                            -- null: under way, or its process died
    outcome   text CHECK (outcome IN ('done', 'stopped', 'failed')),
    done      jsonb NOT NULL DEFAULT '{}',            -- counts by stage and outcome
    detail    text NOT NULL DEFAULT ''                -- of one that failed: why
);
CREATE INDEX pass_began ON pass (began_at);

CREATE TABLE work (                                   -- counted up with every batch, by whatever process
    stage     text NOT NULL,
    outcome   text NOT NULL,
    items     bigint NOT NULL,
    PRIMARY KEY (stage, outcome)
);

CREATE TABLE work_time (                              -- likewise
    stage     text PRIMARY KEY,
    seconds   double precision NOT NULL
);

CREATE TABLE watermark (                              -- how far something was read that is read once
    name      text PRIMARY KEY,
    position  bigint NOT NULL
);
