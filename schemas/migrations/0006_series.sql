-- Series, the figures placed in them, and the shifts that follow.

CREATE TABLE series (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    label       text NOT NULL,                        -- "measured" of its clearest figure
    unit        text NOT NULL,
    dimension   text NOT NULL,                        -- units of one dimension convert
    rate        text,
    role        text NOT NULL,
    muted_until timestamptz,
    created_at  timestamptz NOT NULL
);

CREATE TABLE observation (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id   bigint NOT NULL REFERENCES series,
    figure_id   bigint NOT NULL UNIQUE REFERENCES figure ON DELETE CASCADE,  -- a figure stands in one series
    article_id  bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    as_of       timestamptz NOT NULL,                 -- the article's; its parent's where the sentence is the parent's
    family      text NOT NULL,                        -- dimension and role: figures of two families are never one series
    number      double precision NOT NULL,            -- in the base unit of its dimension
    wording     bytea NOT NULL,                       -- embedding of the words around it, 8 bits a dimension
    mention     jsonb NOT NULL                        -- what linking compares
);
CREATE INDEX observation_series ON observation (series_id, as_of);
CREATE INDEX observation_article ON observation (article_id);

-- Under which words an article is found by others on the same story. Only the latest of a key are read, so that what an article
-- costs does not grow with the archive.
CREATE TABLE article_key (
    key        bigint NOT NULL,
    as_of      timestamptz NOT NULL,
    article_id bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    PRIMARY KEY (key, as_of, article_id)
);
CREATE INDEX article_key_article ON article_key (article_id);

CREATE TABLE shift (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id       bigint NOT NULL REFERENCES series ON DELETE CASCADE,
    observation_id  bigint NOT NULL UNIQUE REFERENCES observation ON DELETE CASCADE,  -- the first that gives the new number
    before_id       bigint NOT NULL REFERENCES observation ON DELETE CASCADE,         -- the one that stood
    from_number     numeric NOT NULL,                 -- in the unit of to_number
    to_number       numeric NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('increase', 'decrease', 'conflict', 'correction')),
    origins_before  integer NOT NULL,                 -- independent origins that report the old number; re-graded
    origins_after   integer NOT NULL,
    reason          text NOT NULL,
    state           text NOT NULL DEFAULT 'told' CHECK (state IN ('told', 'withdrawn')),  -- withdrawn: what came later shows that it was none
    detected_at     timestamptz NOT NULL
);
CREATE INDEX shift_series ON shift (series_id);

CREATE TABLE correction (                             -- what a person decided; kept apart from what the machine said
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('merge', 'split', 'rename')),
    series_id    bigint NOT NULL,                     -- the series that stays; moves along when that one is merged
    other_id     bigint,                              -- merge: the one that ended; split: the new one
    observations bigint[] NOT NULL DEFAULT '{}',      -- those moved, so that the machine's own placing can be told
    label        text,
    made_at      timestamptz NOT NULL
);
CREATE INDEX correction_series ON correction (series_id);
