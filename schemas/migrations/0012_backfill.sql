-- History that is read in: one cursor for every kind of archive, what was read and waits to be recorded, and where it came from.

CREATE TABLE backfill (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('jsonl', 'folder', 'warc', 'feed', 'sitemap', 'wordpress', 'wayback')),
    named       text[] NOT NULL,                      -- files, folders or addresses, as given
    wanted      jsonb NOT NULL,                       -- dates, words, languages, hosts: which documents are wanted
    digest      bytea NOT NULL,                       -- of kind, named and wanted: the same command goes on with the same backfill
    most        bigint,                               -- documents to record at most; null: all
    state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'done')),  -- running <-> paused by hand; either -> cancelled by hand; running -> done
    started_at  timestamptz NOT NULL,                 -- documents without a date of their own were known then
    ended_at    timestamptz,
    counts      jsonb NOT NULL DEFAULT '{}'           -- what recording came to, by outcome; written by whoever holds the recording lock
);
CREATE UNIQUE INDEX backfill_open ON backfill (digest) WHERE state IN ('running', 'paused');

CREATE TABLE backfill_unit (                          -- a file, a list of addresses: what one worker reads at a time
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE,
    place        integer[] NOT NULL,                  -- its turn to be recorded; units found in a unit follow it
    kind         text NOT NULL,                       -- the module that reads it
    source       text NOT NULL,                       -- file or address
    payload      jsonb NOT NULL DEFAULT '{}',         -- what else its module must know
    state        text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'failed')),  -- due -> done | failed; failed -> due when the backfill is resumed
    position     text NOT NULL DEFAULT '',            -- where to read on, in its module's words; moved together with what was read
    batches      integer NOT NULL DEFAULT 0,          -- read so far
    children     integer NOT NULL DEFAULT 0,          -- units found in it so far; numbers their places
    recorded     integer NOT NULL DEFAULT 0,          -- of those, recorded
    size         bigint NOT NULL DEFAULT 0,           -- bytes or addresses in all; 0: not known
    passed       bigint NOT NULL DEFAULT 0,           -- of those, read
    examples     text[] NOT NULL DEFAULT '{}',        -- the first few of what could not be read, and why
    counts       jsonb NOT NULL DEFAULT '{}',         -- what reading came to, by outcome; written by whoever holds the lease
    due_at       timestamptz NOT NULL,
    leased_until timestamptz,
    leased_by    integer,                             -- number of the worker's advisory lock: when that is gone the lease is, too
    tries        integer NOT NULL DEFAULT 0,          -- leases since it last got on
    detail       text NOT NULL DEFAULT '',            -- why it failed, or what it waits for
    UNIQUE (backfill_id, place)
);
CREATE INDEX backfill_unit_due ON backfill_unit (backfill_id, place) WHERE state = 'due';
CREATE INDEX backfill_unit_unrecorded ON backfill_unit (backfill_id, place) WHERE state = 'due' OR recorded < batches;

CREATE TABLE backfill_record (                        -- read and analysed, waits for its turn
    unit_id      bigint NOT NULL REFERENCES backfill_unit ON DELETE CASCADE,
    batch        integer NOT NULL,
    position     integer NOT NULL,                    -- in the batch
    entry        jsonb NOT NULL,                      -- as a feed would list it
    final_url    text NOT NULL,
    content_type text NOT NULL,
    fetched_at   timestamptz NOT NULL,                -- when the archive took it
    body         bytea NOT NULL,                      -- zlib
    body_sha256  bytea NOT NULL,
    result       bytea NOT NULL,                      -- the analysis, packed
    PRIMARY KEY (unit_id, batch, position)
);

CREATE TABLE backfill_listed (                        -- addresses that some listing gave already: each is fetched once
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE,
    key          bytea NOT NULL,                      -- first half of the SHA-256 of its canonical form
    PRIMARY KEY (backfill_id, key)
);

CREATE TABLE backfill_page (                          -- which pages came from which backfill
    page_id      bigint PRIMARY KEY REFERENCES page ON DELETE CASCADE,
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE
);
CREATE INDEX backfill_page_of ON backfill_page (backfill_id);

CREATE TABLE backfill_shift (                         -- shifts that history brought to light: nobody is woken for them, ever
    shift_id     bigint PRIMARY KEY REFERENCES shift ON DELETE CASCADE,
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE
);
