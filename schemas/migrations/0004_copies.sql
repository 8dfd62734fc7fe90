-- What copies are recognised by. Holds no text: a seed from a corpus pack is as good as an article.

CREATE TABLE fingerprint (
    article_id  bigint PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    version     integer NOT NULL,
    text_hash   bytea NOT NULL,                       -- SHA-256 of the normalised text
    keys        bigint[] NOT NULL,                    -- two near texts share some
    sketch      bytea NOT NULL                        -- the fingerprint as a whole, packed
);
CREATE INDEX fingerprint_hash ON fingerprint (text_hash);
CREATE INDEX fingerprint_keys ON fingerprint USING gin (keys) WITH (fastupdate = off);
