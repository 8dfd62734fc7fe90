-- Entries to fetch, the bytes of every page fetched, and the gate of each host.

CREATE TABLE entry (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id     bigint REFERENCES source ON DELETE SET NULL,  -- null: read in from an archive
    url           text NOT NULL UNIQUE,               -- canonical form of the listed link: one article, whichever feed lists it
    link          text NOT NULL,                      -- as listed; what is requested
    title         text NOT NULL DEFAULT '',
    outlet        text NOT NULL DEFAULT '',
    authors       text[] NOT NULL DEFAULT '{}',
    language      text NOT NULL DEFAULT '',
    published_at  timestamptz,                        -- what the feed or the archive says
    listed_sha256 bytea NOT NULL,                     -- of what the feed says: a change means that the page is fetched again
    history       boolean NOT NULL DEFAULT false,     -- backfilled: takes its place in the series and wakes nobody
    seen_at       timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'quarantined')),  -- due -> done | quarantined; done -> due when its listing changes
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    tries         integer NOT NULL DEFAULT 0,
    outcome       text,                               -- FetchOutcome of the last try
    detail        text NOT NULL DEFAULT ''
);
CREATE INDEX entry_due ON entry (due_at) WHERE state = 'due';

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

CREATE TABLE host (
    host              text PRIMARY KEY,
    free_at           timestamptz NOT NULL,           -- the next request may start then; shared by feeds, pages and backfill
    robots            text,                           -- body of robots.txt; empty where there is none
    robots_fetched_at timestamptz
);
