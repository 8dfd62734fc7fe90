-- candidates --
-- Known articles that share look-up keys or the whole text, those that share most first. Copies are left out: what
-- repeats a copy repeats its parent, and the parent has the figures.
SELECT article.id, article.url, article.as_of AS published_at, article.outlet, article.credit, fingerprint.sketch
FROM (
    SELECT article_id, text_hash = %(text_hash)s AS same, cardinality(ARRAY(SELECT unnest(keys) INTERSECT SELECT unnest(%(keys)s::bigint[]))) AS shared
    FROM fingerprint
    JOIN article known ON known.id = article_id AND known.relation <> 'duplicate'
    WHERE keys && %(keys)s::bigint[] OR text_hash = %(text_hash)s
    ORDER BY same DESC, shared DESC, article_id
    LIMIT %(limit)s
) near
JOIN fingerprint USING (article_id)
JOIN article ON article.id = near.article_id
ORDER BY near.same DESC, near.shared DESC, article.id;

-- one --
-- A known article as a candidate: the revision before.
SELECT article.id, article.url, article.as_of AS published_at, article.outlet, article.credit, fingerprint.sketch
FROM article JOIN fingerprint ON fingerprint.article_id = article.id WHERE article.id = %(id)s;

-- store --
INSERT INTO fingerprint (article_id, version, text_hash, keys, sketch)
VALUES (%(article_id)s, %(version)s, %(text_hash)s, %(keys)s, %(sketch)s);
