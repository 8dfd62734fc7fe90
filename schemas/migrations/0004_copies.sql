-- What copies are recognised by. Holds no text: a seed from a corpus pack is as good as an article.

CREATE TABLE fingerprint (
    article_id  bigint PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    version     integer NOT NULL,                     -- those of another version are never compared
    sketch      bytea NOT NULL                        -- the fingerprint as a whole, packed
);

CREATE TABLE copy_key (
    key         bigint NOT NULL,                      -- of wording, of names with numbers, of the whole text: two near texts share some
    article_id  bigint NOT NULL,                      -- no duplicate: what repeats one repeats its parent. No foreign key: 28 checks an article
    PRIMARY KEY (key, article_id)
);

CREATE TABLE seed_document (                          -- documents of corpus packs: on their way in, then until their figures are placed
    id                bigint PRIMARY KEY DEFAULT nextval(pg_get_serial_sequence('article', 'id')),  -- of the article that it becomes
    state             text NOT NULL DEFAULT 'read' CHECK (state IN ('read', 'alone', 'waiting')),  -- read -> waiting, or read -> alone (judged by itself) -> waiting; then gone
    url               text NOT NULL,
    origin            text NOT NULL,                  -- url of the first of its cluster in the pack
    parent            text,                           -- url of what it repeats, as its pack says
    outlet            text NOT NULL,
    language          text NOT NULL,
    credit            text NOT NULL,
    published_at      timestamptz,
    as_of             timestamptz NOT NULL,
    relation          text,                           -- null: the pack does not say; it is judged by itself
    copy_layer        text NOT NULL DEFAULT '',
    copy_similarity   real NOT NULL DEFAULT 0,
    copy_reason       text NOT NULL DEFAULT '',
    copy_shared       integer[] NOT NULL DEFAULT '{}',
    figures_outcome   text NOT NULL,
    analysis_version  text NOT NULL,
    fingerprint_version integer NOT NULL,
    sketch            bytea NOT NULL,
    keys              bigint[] NOT NULL,
    said              bytea NOT NULL                  -- figures and what linking compares, as the pack has them
);
ALTER TABLE seed_document ALTER COLUMN said SET STORAGE EXTERNAL, ALTER COLUMN sketch SET STORAGE EXTERNAL;  -- both are compressed
CREATE INDEX seed_document_waiting ON seed_document (as_of, id) WHERE state = 'waiting';
CREATE INDEX seed_document_url ON seed_document (url);
