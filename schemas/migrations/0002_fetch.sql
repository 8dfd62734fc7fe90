-- Entries to fetch, the bytes of every page fetched, and the gate of each host with its ledger.

CREATE TABLE entry (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id     bigint REFERENCES source ON DELETE SET NULL,  -- null: read in from an archive
    url           text NOT NULL UNIQUE,               -- canonical form of the listed link: one article, whichever feed lists it
    link          text NOT NULL,                      -- as listed; what is requested
    host          text NOT NULL DEFAULT '',           -- whose gate the request passes
    title         text NOT NULL DEFAULT '',
    outlet        text NOT NULL DEFAULT '',
    authors       text[] NOT NULL DEFAULT '{}',
    language      text NOT NULL DEFAULT '',
    published_at  timestamptz,                        -- what the feed or the archive says
    listed_sha256 bytea NOT NULL,                     -- of what the feed says: a change means that the page is fetched again
    relisted      integer NOT NULL DEFAULT 0,         -- how often a change of its listing made it due again; there is a limit
    history       boolean NOT NULL DEFAULT false,     -- backfilled: takes its place in the series and wakes nobody
    seen_at       timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'quarantined')),  -- due -> done | quarantined; done -> due when its listing changes
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    tries         integer NOT NULL DEFAULT 0,
    outcome       text,                               -- FetchOutcome of the last try
    detail        text NOT NULL DEFAULT ''
);
CREATE INDEX entry_due ON entry (host, due_at, id) WHERE state = 'due';
CREATE INDEX entry_leased ON entry (host) WHERE state = 'due' AND leased_until IS NOT NULL;
CREATE INDEX entry_source ON entry (source_id);

CREATE TABLE page (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id      bigint NOT NULL REFERENCES entry ON DELETE CASCADE,
    final_url     text NOT NULL,                      -- after redirects
    content_type  text NOT NULL,
    fetched_at    timestamptz NOT NULL,
    body          bytea,                              -- zlib; null once it was kept for as long as the settings say
    body_sha256   bytea NOT NULL,                     -- of the plain bytes
    state         text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'quarantined')),
    leased_until  timestamptz,
    tries         integer NOT NULL DEFAULT 0,
    outcome       text,                               -- ArticleOutcome
    detail        text NOT NULL DEFAULT '',
    UNIQUE (entry_id, body_sha256)                    -- the same bytes again are no new page
);
CREATE INDEX page_due ON page (id) WHERE state = 'due';
CREATE INDEX page_kept ON page (fetched_at) WHERE body IS NOT NULL;

CREATE TABLE host (                                   -- the one gate for feeds, pages, robots.txt and backfill
    host          text PRIMARY KEY,                   -- name, and port where it is not the usual one; without "www."
    free_at       timestamptz NOT NULL,               -- the next request may start then
    in_a_row      integer NOT NULL DEFAULT 0,         -- requests that it refused or left without an answer, in a row
    reason        text NOT NULL DEFAULT ''            -- why it rests, where it does
);

CREATE TABLE flight (                                 -- requests under way: none has more than its share of them
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host          text NOT NULL,
    started_at    timestamptz NOT NULL,               -- when its turn is
    until         timestamptz NOT NULL                -- over time it counts no more: its worker died
);
CREATE INDEX flight_host ON flight (host);

CREATE TABLE host_day (                               -- the ledger
    host          text NOT NULL,
    day           date NOT NULL,
    requests      integer NOT NULL DEFAULT 0,
    refused       integer NOT NULL DEFAULT 0,         -- of those, answered with 403, 429 or 503
    failed        integer NOT NULL DEFAULT 0,         -- of those, without an answer
    bytes         bigint NOT NULL DEFAULT 0,          -- of bodies, unpacked
    PRIMARY KEY (host, day)
);

CREATE TABLE robots (
    root          text PRIMARY KEY,                   -- scheme, name and port
    body          text NOT NULL,                      -- of robots.txt; empty where there is none
    fetched_at    timestamptz NOT NULL
);
