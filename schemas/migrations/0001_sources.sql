-- Sources that are polled, each poll's outcome, and what their owner should know.

CREATE TABLE source (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url             text NOT NULL UNIQUE,            -- feed or sitemap, as configured or added: what it is known by
    address         text NOT NULL,                   -- what is polled: url, until a permanent redirect has held for a while
    host            text NOT NULL,                   -- whose gate its polls pass
    outlet          text NOT NULL DEFAULT '',        -- the outlet's name, as alerts show it
    kind            text NOT NULL DEFAULT 'feed' CHECK (kind IN ('feed', 'sitemap')),
    origin          text NOT NULL DEFAULT 'settings' CHECK (origin IN ('settings', 'added')),  -- added: by hand, or from an OPML file
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'retired', 'dropped')),  -- active <-> paused by hand; active -> retired by 410; active <-> dropped when the settings no longer name it
    every_seconds   integer NOT NULL CHECK (every_seconds > 0),  -- as set: the interval to begin with, and what its bounds are taken from
    interval_seconds double precision NOT NULL CHECK (interval_seconds > 0),  -- as it stands, by how many new entries polls bring
    due_at          timestamptz NOT NULL,            -- next poll; moved by the poll that was done
    leased_until    timestamptz,                     -- a worker polls it until then; over time it is free again
    ttl_seconds     integer,                         -- what the feed asks to wait between two polls; null: it does not
    skip_hours      integer[] NOT NULL DEFAULT '{}', -- hours of the day, UTC, in which it asks not to be polled
    skip_days       integer[] NOT NULL DEFAULT '{}', -- 0 is Monday
    etag            text NOT NULL DEFAULT '',
    last_modified   text NOT NULL DEFAULT '',
    body_sha256     bytea,                           -- of the last body: an unchanged one is not read again
    not_modified    integer NOT NULL DEFAULT 0,      -- 304s so far: every so many one is checked
    trust           real NOT NULL DEFAULT 1 CHECK (trust BETWEEN 0 AND 1),  -- in its 304s; low: it is asked without conditions
    failures        integer NOT NULL DEFAULT 0,      -- in a row
    trouble         real NOT NULL DEFAULT 0,         -- the same, each by its weight: so many intervals are added to the next wait, up to a day
    moved_to        text NOT NULL DEFAULT '',        -- where it redirects for good, as it says
    moved_since     timestamptz,
    last_new_at     timestamptz,                     -- when a poll last brought something new
    usual_gap       interval,                        -- between two such polls, the longest of late; null: not known yet
    gaps            integer NOT NULL DEFAULT 0,      -- how many gaps that rests on
    last_polled_at  timestamptz,
    last_outcome    text,                            -- FetchOutcome
    last_detail     text NOT NULL DEFAULT ''
);
CREATE INDEX source_due ON source (due_at) WHERE state = 'active';
CREATE INDEX source_address ON source (address);

CREATE TABLE sitemap_part (                          -- what a sitemap index lists, once read
    source_id   bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    url         text NOT NULL,
    updated_at  timestamptz,                         -- as the index said when it was read
    read_at     timestamptz NOT NULL,
    PRIMARY KEY (source_id, url)
);

CREATE TABLE poll (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    polled_at   timestamptz NOT NULL,
    outcome     text NOT NULL,                       -- FetchOutcome
    detail      text NOT NULL DEFAULT '',
    listed      integer NOT NULL DEFAULT 0,          -- entries in the document
    new         integer NOT NULL DEFAULT 0           -- of those, not seen before or changed
);
CREATE INDEX poll_source ON poll (source_id, polled_at);

CREATE TABLE notice (                                -- to the owner: about sources, not about numbers
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    kind        text NOT NULL CHECK (kind IN ('failing', 'silent', 'recovered', 'moved', 'retired')),
    text        text NOT NULL,                       -- one line for a person
    raised_at   timestamptz NOT NULL,
    over_at     timestamptz,                         -- of failing and silent: when it was over
    state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),  -- pending also where nobody is to be told: it is shown only
    due_at      timestamptz NOT NULL,
    leased_until timestamptz,
    tries       integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX notice_standing ON notice (source_id, kind) WHERE over_at IS NULL AND kind IN ('failing', 'silent');  -- each trouble is told once
CREATE INDEX notice_due ON notice (due_at) WHERE state = 'pending';
