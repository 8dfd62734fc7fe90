-- Sources that are polled, and each poll's outcome.

CREATE TABLE source (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url             text NOT NULL UNIQUE,            -- feed or sitemap, as configured
    outlet          text NOT NULL DEFAULT '',        -- the outlet's name, as alerts show it
    kind            text NOT NULL DEFAULT 'feed' CHECK (kind IN ('feed', 'sitemap')),
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
    every_seconds   integer NOT NULL CHECK (every_seconds > 0),
    due_at          timestamptz NOT NULL,            -- next poll; moved by the poll that was done
    leased_until    timestamptz,                     -- a worker polls it until then; over time it is free again
    etag            text NOT NULL DEFAULT '',
    last_modified   text NOT NULL DEFAULT '',
    body_sha256     bytea,                           -- of the last body: an unchanged one is not read again
    failures        integer NOT NULL DEFAULT 0,      -- in a row; each adds one interval to the next wait, up to a day
    last_polled_at  timestamptz,
    last_outcome    text,
    last_detail     text NOT NULL DEFAULT ''
);
CREATE INDEX source_due ON source (due_at) WHERE state = 'active';

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
