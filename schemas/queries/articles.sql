-- lock --
-- Articles are judged and linked one after the other, whoever stores them: two halves of a pair stored at the same
-- moment must see each other. Held until the end of the transaction; the analysis before it runs in parallel.
SELECT pg_advisory_xact_lock(7361001);

-- in_turn --
-- The same lock, for one article. What runs for each looks up a few rows by an index, in tables that may grow from nothing to millions.
-- So it is planned once a session, for planning each time costs about what the looking up does, and never by reading a table through,
-- which looks cheap while the table is small and stays in the plan.
-- Nor does its end wait for the disk: where the server is cut off, the last articles are gone whole, and their pages are due again.
-- Nothing that rests on them has left by then: a message is sent after commits that do wait, and these bring all earlier ones to the disk.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(7361001);

-- before --
-- What is known of a page and of its URL before the article is recorded, and the article's id: what hangs on it need not wait for its
-- row. A page waits that is due, or that held no article when it was read before. An article is awaited that was a copy once and is none
-- now: its figures were never stored.
SELECT nextval(pg_get_serial_sequence('article', 'id')) AS id,
       %(page_id)s::bigint IS NULL OR EXISTS (
           SELECT FROM page WHERE page.id = %(page_id)s AND (state = 'due' OR outcome NOT IN ('stored', 'unchanged'))
       ) AS waits,
       awaited.id AS awaited_id, awaited.as_of, awaited.relation, awaited.duplicate_of, awaited.copy_shared,
       previous.revision, previous.text
FROM (SELECT) one
LEFT JOIN LATERAL (
    SELECT id, as_of, relation, duplicate_of, copy_shared FROM article
    WHERE page_id = %(page_id)s AND relation <> 'duplicate' AND figures_outcome = 'copy' LIMIT 1
) awaited ON true
LEFT JOIN LATERAL (SELECT revision, text FROM article WHERE url = %(url)s ORDER BY revision DESC LIMIT 1) previous ON true;

-- lease_due --
-- Takes pages that wait for analysis, the oldest report first, so that a story is read in its order.
UPDATE page SET leased_until = %(until)s
WHERE id IN (
    SELECT page.id FROM page JOIN entry ON entry.id = page.entry_id
    WHERE page.state = 'due' AND (page.leased_until IS NULL OR page.leased_until <= %(now)s)
    ORDER BY coalesce(entry.published_at, page.fetched_at), page.id
    LIMIT %(limit)s FOR UPDATE OF page SKIP LOCKED
)
RETURNING id;

-- pages --
SELECT page.id, page.entry_id, page.final_url, page.content_type, page.fetched_at, page.body, page.tries,
       entry.url, entry.title, entry.outlet, entry.authors, entry.language, entry.published_at, entry.history
FROM page JOIN entry ON entry.id = page.entry_id
WHERE page.id = ANY (%(ids)s)
ORDER BY coalesce(entry.published_at, page.fetched_at), page.id;

-- finish_page --
UPDATE page SET state = 'done', leased_until = NULL, outcome = %(outcome)s, detail = %(detail)s, tries = tries + 1 WHERE id = %(id)s;

-- fail_page --
UPDATE page
SET state = CASE WHEN tries + 1 >= %(most_tries)s THEN 'quarantined' ELSE 'due' END,
    leased_until = NULL, outcome = %(outcome)s, detail = %(detail)s, tries = tries + 1
WHERE id = %(id)s;

-- release --
-- Pages that were leased and not recorded are free again at once.
UPDATE page SET leased_until = NULL WHERE id = ANY (%(ids)s) AND state = 'due';

-- expire --
-- Bytes that were kept for long enough are dropped, the oldest first; the page's row says what became of it.
UPDATE page SET body = NULL
WHERE id IN (
    SELECT id FROM page WHERE body IS NOT NULL AND fetched_at < %(before)s AND state <> 'due'
    ORDER BY fetched_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id;

-- habits --
-- The place that tells a site's titles best; none where it is not clear.
SELECT DISTINCT ON (site) site, source FROM title_habit
WHERE site = ANY (%(sites)s) AND agreed >= %(least)s AND agreed >= 4 * differed
ORDER BY site, agreed - differed DESC, source;

-- learn_habit --
-- Old counts fade, so that a site that is rebuilt is learnt anew.
INSERT INTO title_habit (site, source, agreed, differed)
SELECT %(site)s, source, agrees::integer, (NOT agrees)::integer
FROM unnest(%(sources)s::text[], %(agrees)s::boolean[]) AS told (source, agrees)
ON CONFLICT (site, source) DO UPDATE
SET agreed = title_habit.agreed / (CASE WHEN title_habit.agreed + title_habit.differed < %(most)s THEN 1 ELSE 2 END) + excluded.agreed,
    differed = title_habit.differed / (CASE WHEN title_habit.agreed + title_habit.differed < %(most)s THEN 1 ELSE 2 END) + excluded.differed;

-- next_id --
SELECT nextval(pg_get_serial_sequence('article', 'id')) AS id;

-- store --
INSERT INTO article (id, page_id, url, revision, outlet, title, authors, language, credit, published_at, as_of, fetched_at, text, seed, history,
                     relation, duplicate_of, cluster_id, copy_layer, copy_similarity, copy_reason, copy_shared, figures_outcome, series_outcome,
                     analysis_version, sources)
OVERRIDING SYSTEM VALUE
VALUES (%(id)s, %(page_id)s, %(url)s, %(revision)s, %(outlet)s, %(title)s, %(authors)s, %(language)s, %(credit)s, %(published_at)s, %(as_of)s,
        %(fetched_at)s, %(text)s, %(seed)s, %(history)s, %(relation)s, %(duplicate_of)s,
        coalesce((SELECT cluster_id FROM article WHERE id = %(duplicate_of)s), %(id)s),
        %(copy_layer)s, %(copy_similarity)s, %(copy_reason)s, %(copy_shared)s, %(figures_outcome)s, %(series_outcome)s,
        %(analysis_version)s, %(sources)s);

-- settle --
-- The outcomes of the later stages, known only at the end of the transaction, and with them the end of the page, where there is one.
WITH settled AS (
    UPDATE article SET figures_outcome = %(figures_outcome)s, series_outcome = %(series_outcome)s WHERE id = %(id)s
)
UPDATE page SET state = 'done', leased_until = NULL, outcome = 'stored', detail = '', tries = tries + 1 WHERE id = %(page_id)s::bigint;

-- analyse_again --
-- The page of an article that was a copy and is none now is due once more.
UPDATE page SET state = 'due', tries = 0 WHERE id = (SELECT page_id FROM article WHERE id = %(id)s);

-- export --
SELECT article.url, article.revision, article.outlet, article.title, article.authors, article.language, article.credit, article.published_at,
       article.as_of, article.fetched_at, article.seed, article.relation, parent.url AS duplicate_of, article.copy_layer,
       article.copy_similarity, article.copy_reason, article.figures_outcome, article.series_outcome, article.text
FROM article LEFT JOIN article parent ON parent.id = article.duplicate_of
WHERE NOT article.seed OR %(seeds)s
ORDER BY article.id;

-- why --
SELECT article.id, article.url, article.revision, article.outlet, article.title, article.authors, article.language,
       article.published_at, article.sources, article.as_of, article.text, article.relation,
       article.copy_layer, article.copy_similarity, article.copy_reason, article.copy_shared, parent.id AS parent_id, parent.url AS parent_url,
       parent.title AS parent_title, parent.text AS parent_text, parent.outlet AS parent_outlet, parent.as_of AS parent_as_of,
       fingerprint.sketch AS parent_sketch, article.cluster_id, origin.url AS origin_url, origin.outlet AS origin_outlet,
       origin.as_of AS origin_as_of, (SELECT count(*) FROM article part WHERE part.cluster_id = article.cluster_id) AS cluster_size
FROM article JOIN article origin ON origin.id = article.cluster_id LEFT JOIN article parent ON parent.id = article.duplicate_of
LEFT JOIN fingerprint ON fingerprint.article_id = parent.id
WHERE article.url = %(url)s ORDER BY article.revision DESC LIMIT 1;

-- quarantined --
-- What each stage gave up and why, the last of it first.
(SELECT 'fetch' AS stage, link AS item, outcome, detail FROM entry WHERE state = 'quarantined' ORDER BY id DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'articles', entry.link, page.outcome, page.detail FROM page JOIN entry ON entry.id = page.entry_id
 WHERE page.state = 'quarantined' ORDER BY page.id DESC LIMIT %(limit)s);

-- pack_known --
SELECT name FROM seed_pack WHERE name = %(name)s;

-- keep_pack --
INSERT INTO seed_pack (name, added_at) VALUES (%(name)s, %(now)s) ON CONFLICT DO NOTHING;

-- seeds --
-- The documents of the seed corpus.
SELECT article.url, article.outlet, article.published_at, article.language, article.relation, article.text <> '' AS has_text,
       (SELECT count(*) FROM figure WHERE figure.article_id = article.id) AS figures
FROM article WHERE article.seed ORDER BY article.id;
