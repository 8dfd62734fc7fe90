-- candidates --
-- Known articles that share look-up keys, those that share most first. Of a key that very many have, the latest count. Those
-- that are not compared, of another version or the article itself, take no other's place.
-- They are sorted first, so that fingerprints are read until there are enough, and no more.
SELECT article.id, article.url, article.revision, article.as_of, article.outlet, article.credit, fingerprint.sketch
FROM (
    SELECT hit.article_id, count(*) AS shared
    FROM unnest(%(keys)s::bigint[]) AS wanted (key)
    CROSS JOIN LATERAL (
        SELECT copy_key.article_id FROM copy_key WHERE copy_key.key = wanted.key AND copy_key.article_id <> %(article_id)s
        ORDER BY copy_key.article_id DESC LIMIT %(most_of_a_key)s
    ) hit
    GROUP BY hit.article_id ORDER BY shared DESC, hit.article_id
) near
JOIN fingerprint ON fingerprint.article_id = near.article_id AND fingerprint.version = %(version)s
JOIN article ON article.id = near.article_id
ORDER BY near.shared DESC, near.article_id LIMIT %(limit)s;

-- one --
-- A known article: the one to be judged again, or the revision before.
SELECT article.id, article.url, article.revision, article.as_of, article.outlet, article.credit, fingerprint.sketch,
       article.relation, article.duplicate_of, article.copy_shared
FROM article JOIN fingerprint ON fingerprint.article_id = article.id WHERE article.id = %(id)s;

-- revision --
-- The revision before one, as a candidate.
SELECT article.id, article.url, article.revision, article.as_of, article.outlet, article.credit, fingerprint.sketch
FROM article JOIN fingerprint ON fingerprint.article_id = article.id AND fingerprint.version = %(version)s
WHERE article.url = %(url)s AND article.revision < %(revision)s ORDER BY article.revision DESC LIMIT 1;

-- duplicates_of --
-- Later copies of some articles: what they repeat may be another's text.
SELECT id FROM article WHERE duplicate_of = ANY (%(ids)s) AND relation = 'duplicate' AND as_of >= %(since)s ORDER BY id;

-- children --
SELECT id FROM article WHERE duplicate_of = %(id)s ORDER BY id;

-- store --
WITH found_by AS (
    INSERT INTO copy_key (key, article_id) SELECT key, %(article_id)s FROM unnest(%(keys)s::bigint[]) AS wanted (key) ON CONFLICT DO NOTHING
)
INSERT INTO fingerprint (article_id, version, sketch) VALUES (%(article_id)s, %(version)s, %(sketch)s);

-- forget --
DELETE FROM fingerprint WHERE article_id = %(article_id)s;

-- find_by --
INSERT INTO copy_key (key, article_id) SELECT key, %(article_id)s FROM unnest(%(keys)s::bigint[]) AS wanted (key) ON CONFLICT DO NOTHING;

-- find_no_more --
DELETE FROM copy_key WHERE key = ANY (%(keys)s::bigint[]) AND article_id = %(article_id)s;

-- judged --
-- What an article turned out to be, once others were known.
UPDATE article SET relation = %(relation)s, duplicate_of = %(of)s, copy_layer = %(layer)s, copy_similarity = %(similarity)s,
                   copy_reason = %(reason)s, copy_shared = %(shared)s,
                   figures_outcome = CASE
                       WHEN %(relation)s::text = 'duplicate' THEN 'copy'
                       WHEN figures_outcome = 'copy' AND EXISTS (SELECT FROM figure WHERE figure.article_id = article.id) THEN 'extracted'
                       ELSE figures_outcome END
WHERE id = %(id)s;

-- gather --
-- The cluster of an article, and with it of all that repeats it; all of them.
WITH RECURSIVE part AS (
    SELECT id, coalesce((SELECT parent.cluster_id FROM article parent WHERE parent.id = root.duplicate_of), root.id) AS cluster
    FROM article root WHERE root.id = %(id)s
    UNION SELECT child.id, part.cluster FROM article child JOIN part ON child.duplicate_of = part.id
)
UPDATE article SET cluster_id = part.cluster FROM part
WHERE article.id = part.id
RETURNING article.id, article.as_of, article.url;

-- other_versions --
-- Fingerprints that another version made: nothing is compared with them.
SELECT count(*) AS articles FROM fingerprint WHERE version <> %(version)s;
