-- Reported quantities and attributed statements. Spans are half-open offsets into article.text.

CREATE TABLE figure (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id      bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    position        integer NOT NULL,                 -- order in the article, from 0
    sentence        integer NOT NULL,                 -- index of its sentence, from 0
    span            int4range NOT NULL,
    sentence_span   int4range NOT NULL,
    surface         text NOT NULL,
    low             numeric,
    high            numeric,
    bound           text NOT NULL,
    unit            text NOT NULL,
    rate            text,
    measured        text NOT NULL,
    role            text NOT NULL,
    direction       text,                             -- of a change: up, down
    attribution     text,
    as_of           text,                             -- date or period as worded, where it is not the report's own
    as_of_start     date,                             -- its first day, counted from the day of publication
    as_of_end       date,
    withdrawal      boolean NOT NULL DEFAULT false,   -- the text takes this number, or the one before it, back
    slots           jsonb NOT NULL,
    UNIQUE (article_id, position),
    CHECK (low IS NOT NULL OR high IS NOT NULL)
);

CREATE TABLE claim (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id  bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    position    integer NOT NULL,
    span        int4range NOT NULL,
    speaker     text NOT NULL,
    cue         text NOT NULL,
    quote       boolean NOT NULL,
    kind        text NOT NULL,                        -- what speaks: person, body, document, poll, group; empty when unknown
    title       text NOT NULL,                        -- a person's role
    organisation text NOT NULL,                       -- the body that a person speaks for
    hedged      boolean NOT NULL,                     -- given as possible or likely only
    denied      boolean NOT NULL,
    UNIQUE (article_id, position)
);
