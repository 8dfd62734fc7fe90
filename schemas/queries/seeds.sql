-- read --
-- A document of a pack comes in.
COPY seed_document (url, origin, parent, outlet, language, credit, published_at, as_of, relation, copy_layer, copy_similarity, copy_reason,
                    copy_shared, figures_outcome, analysis_version, fingerprint_version, sketch, keys, said) FROM STDIN

-- to_renew --
-- Seeds that are known by the fingerprint of another version than that which comes in.
SELECT article.id AS article_id, fingerprint.sketch
FROM seed_document JOIN article ON article.url = seed_document.url AND article.seed AND article.text = ''
JOIN fingerprint ON fingerprint.article_id = article.id AND fingerprint.version <> seed_document.fingerprint_version
WHERE seed_document.state = 'read';

-- renew --
-- They get that of the pack.
WITH renewed AS (
    UPDATE fingerprint SET version = seed_document.fingerprint_version, sketch = seed_document.sketch
    FROM seed_document JOIN article ON article.url = seed_document.url AND article.seed AND article.text = ''
    WHERE seed_document.state = 'read' AND fingerprint.article_id = article.id AND fingerprint.version <> seed_document.fingerprint_version
    RETURNING fingerprint.article_id, article.relation, seed_document.keys
), found_by AS (
    INSERT INTO copy_key (key, article_id)
    SELECT unnest(keys), article_id FROM renewed WHERE relation <> 'duplicate' ON CONFLICT DO NOTHING
)
SELECT count(*) AS documents FROM renewed;

-- drop_known --
-- Those whose address is known, and a second one of an address, change nothing.
DELETE FROM seed_document WHERE state = 'read' AND (
    EXISTS (SELECT FROM article WHERE article.url = seed_document.url)
    OR EXISTS (SELECT FROM seed_document first WHERE first.url = seed_document.url AND first.id < seed_document.id));

-- set_apart --
-- Documents that share a key with a known article, or of which the pack does not say what they are, are judged one by one; and with
-- each of them its whole cluster. What a pack says of the others holds: it was judged by the same rules among the same articles.
UPDATE seed_document SET state = 'alone' WHERE state = 'read' AND origin IN (
    SELECT one.origin FROM seed_document one
    WHERE one.state = 'read' AND (
        one.relation IS NULL
        OR (one.parent IS NOT NULL AND NOT EXISTS (SELECT FROM seed_document p WHERE p.url = one.parent AND p.state = 'read'))
        OR EXISTS (SELECT FROM copy_key WHERE copy_key.key = ANY (one.keys))));

-- become_articles --
-- Their cluster is that of their origin, where the pack has it.
INSERT INTO article (id, url, outlet, title, language, credit, published_at, as_of, fetched_at, text, seed, history, relation, duplicate_of,
                     cluster_id, copy_layer, copy_similarity, copy_reason, copy_shared, figures_outcome, series_outcome, analysis_version)
OVERRIDING SYSTEM VALUE
SELECT one.id, one.url, one.outlet, '', one.language, one.credit, one.published_at, one.as_of, one.as_of, '', true, true, one.relation,
       parent.id, coalesce(origin.id, one.id), one.copy_layer, one.copy_similarity, one.copy_reason, one.copy_shared,
       CASE one.relation WHEN 'duplicate' THEN 'copy' ELSE one.figures_outcome END, 'nothing_new', one.analysis_version
FROM seed_document one LEFT JOIN seed_document parent ON parent.url = one.parent LEFT JOIN seed_document origin ON origin.url = one.origin
WHERE one.state = 'read';

-- counted --
SELECT relation, count(*) AS documents FROM seed_document WHERE state = 'read' GROUP BY relation ORDER BY relation;

-- become_fingerprints --
INSERT INTO fingerprint (article_id, version, sketch) SELECT id, fingerprint_version, sketch FROM seed_document WHERE state = 'read';

-- become_keys --
-- In order of the key: pages of the index are filled one after the other.
INSERT INTO copy_key (key, article_id)
SELECT key, id FROM seed_document CROSS JOIN LATERAL unnest(keys) AS wanted (key) WHERE state = 'read' AND relation <> 'duplicate'
ORDER BY key, id ON CONFLICT DO NOTHING;

-- wait --
-- A copy's figures are its parent's; those of the others wait to be placed.
UPDATE seed_document SET state = 'waiting' WHERE state = 'read' AND relation <> 'duplicate';

-- drop_read --
DELETE FROM seed_document WHERE state = 'read';

-- alone --
-- Documents to be judged one by one, the oldest first.
SELECT id, url, outlet, language, credit, published_at, as_of, figures_outcome, analysis_version, sketch, said
FROM seed_document WHERE state = 'alone' ORDER BY as_of, url;

-- keep_waiting --
-- A document that was judged by itself waits under the number that its article got.
UPDATE seed_document SET state = 'waiting', id = %(article_id)s WHERE id = %(id)s;

-- drop --
DELETE FROM seed_document WHERE id = %(id)s;

-- waiting --
-- Documents whose figures are to be placed, the oldest first, with what their article has turned out to be.
SELECT seed_document.id, seed_document.url, seed_document.outlet, seed_document.language, seed_document.credit, seed_document.published_at,
       seed_document.figures_outcome, seed_document.analysis_version, seed_document.sketch, seed_document.said, article.as_of, article.relation,
       article.duplicate_of, article.copy_shared
FROM seed_document JOIN article ON article.id = seed_document.id
WHERE seed_document.state = 'waiting' ORDER BY seed_document.as_of, seed_document.id LIMIT %(limit)s;

-- how_many_wait --
SELECT count(*) AS documents FROM seed_document WHERE state = 'waiting';

-- to_pack --
-- Articles as a pack holds them, after one: the latest revision of each that this version analysed.
SELECT article.id, article.url, article.outlet, article.language, article.credit, article.published_at, article.relation,
       parent.url AS parent, origin.url AS origin, article.copy_layer, article.copy_similarity, article.copy_reason, article.copy_shared,
       article.figures_outcome, fingerprint.sketch, seed_document.said,
       (SELECT json_agg(json_build_object(
                   'start', lower(figure.span), 'end', upper(figure.span), 'surface', figure.surface,
                   'sentence_start', lower(figure.sentence_span), 'sentence_end', upper(figure.sentence_span),
                   'low', figure.low::text, 'high', figure.high::text, 'bound', figure.bound, 'unit', figure.unit, 'rate', figure.rate,
                   'measured', figure.measured, 'role', figure.role, 'attribution', figure.attribution, 'slots', figure.slots,
                   'as_of', figure.as_of, 'as_of_start', figure.as_of_start, 'as_of_end', figure.as_of_end,
                   'direction', figure.direction, 'withdrawal', figure.withdrawal, 'sentence', figure.sentence,
                   'mention', observation.mention) ORDER BY figure.position)::text
        FROM figure JOIN observation ON observation.figure_id = figure.id WHERE figure.article_id = article.id) AS figures
FROM article JOIN fingerprint ON fingerprint.article_id = article.id JOIN article origin ON origin.id = article.cluster_id
LEFT JOIN article parent ON parent.id = article.duplicate_of LEFT JOIN seed_document ON seed_document.id = article.id
WHERE article.id > %(after)s AND article.analysis_version = %(version)s
  AND NOT EXISTS (SELECT FROM article later WHERE later.url = article.url AND later.revision > article.revision)
ORDER BY article.id LIMIT %(limit)s;

-- other_versions --
-- Articles that another version of the analysis read: a pack leaves them out.
SELECT count(*) AS articles FROM article WHERE analysis_version <> %(version)s;
