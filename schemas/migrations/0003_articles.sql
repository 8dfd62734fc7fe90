-- Articles as extracted from their pages. Each row holds the outcome of every stage that read it.

CREATE TABLE article (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    page_id          bigint UNIQUE REFERENCES page ON DELETE SET NULL,  -- null: a seed that came as a corpus pack
    url              text NOT NULL,                   -- canonical
    revision         integer NOT NULL DEFAULT 1,      -- the publisher's edits of one URL count up
    outlet           text NOT NULL,
    title            text NOT NULL,
    authors          text[] NOT NULL DEFAULT '{}',
    language         text NOT NULL,                   -- ISO 639-1, "und" when unknown
    credit           text NOT NULL DEFAULT '',        -- agency or outlet that the text credits
    published_at     timestamptz,                     -- the publisher's say, as it stands
    as_of            timestamptz NOT NULL,            -- published_at, or when it was fetched if that is missing or in the future
    fetched_at       timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    text             text NOT NULL,                   -- empty for a seed from a pack
    seed             boolean NOT NULL DEFAULT false,
    history          boolean NOT NULL DEFAULT false,
    relation         text NOT NULL CHECK (relation IN ('original', 'duplicate', 'update')),  -- outcome of copies
    duplicate_of     bigint REFERENCES article,       -- what it repeats; set for duplicate and update
    cluster_id       bigint NOT NULL,                 -- id of the cluster's first article: its origin
    copy_layer       text NOT NULL DEFAULT '',
    copy_similarity  real NOT NULL DEFAULT 0,         -- in [0, 1]
    copy_reason      text NOT NULL DEFAULT '',
    copy_shared      integer[] NOT NULL DEFAULT '{}', -- aligned sentences, flat pairs: here, there
    figures_outcome  text NOT NULL,                   -- FigureOutcome
    series_outcome   text NOT NULL,                   -- SeriesOutcome
    analysis_version text NOT NULL,                   -- of the analysis that the row and its figures come from
    sources          jsonb NOT NULL DEFAULT '{}',     -- field -> the places of its page that it was taken from
    UNIQUE (url, revision)
);
CREATE INDEX article_cluster ON article (cluster_id);
CREATE INDEX article_parent ON article (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX article_as_of ON article (as_of);

-- Which place of its pages tells a site's titles, learnt where the site's own list could be compared with it.
CREATE TABLE title_habit (
    site     text NOT NULL,                           -- registrable domain
    source   text NOT NULL,                           -- place of a page, as article.sources names it
    agreed   integer NOT NULL,                        -- articles where it told the title that the list told; halved now and then
    differed integer NOT NULL,                        -- articles where it told another, and another place the list's
    PRIMARY KEY (site, source)
);

CREATE TABLE seed_pack (
    name      text PRIMARY KEY,                       -- as in the settings: its documents are read in once
    added_at  timestamptz NOT NULL
);
