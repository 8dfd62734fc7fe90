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
