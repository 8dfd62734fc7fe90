-- count --
-- Articles of a range whose page is kept and that are of another version of the analysis.
SELECT count(*) AS articles
FROM article JOIN page ON page.id = article.page_id
WHERE page.body IS NOT NULL AND article.analysis_version <> %(version)s
  AND (%(since)s::timestamptz IS NULL OR article.as_of >= %(since)s) AND (%(until)s::timestamptz IS NULL OR article.as_of < %(until)s)
  AND (%(url)s::text IS NULL OR article.url = %(url)s);

-- again --
-- Articles of a range are to be read anew although they are of this version.
UPDATE article SET analysis_version = ''
WHERE analysis_version = %(version)s AND page_id IS NOT NULL
  AND (%(since)s::timestamptz IS NULL OR as_of >= %(since)s) AND (%(until)s::timestamptz IS NULL OR as_of < %(until)s)
  AND (%(url)s::text IS NULL OR url = %(url)s);

-- batch --
-- The next of them in the order of their dates, so that a story is read in its order.
SELECT article.id, article.as_of, article.page_id
FROM article JOIN page ON page.id = article.page_id
WHERE page.body IS NOT NULL AND article.analysis_version <> %(version)s
  AND (%(since)s::timestamptz IS NULL OR article.as_of >= %(since)s) AND (%(until)s::timestamptz IS NULL OR article.as_of < %(until)s)
  AND (%(url)s::text IS NULL OR article.url = %(url)s)
  AND (%(after)s::timestamptz IS NULL OR (article.as_of, article.id) > (%(after)s, %(after_id)s))
ORDER BY article.as_of, article.id LIMIT %(limit)s;

-- without_article --
-- Pages of a range that held no article when they were read: they may now.
SELECT page.id
FROM page JOIN entry ON entry.id = page.entry_id
WHERE page.id > %(after_id)s AND page.body IS NOT NULL AND page.state <> 'due' AND page.outcome NOT IN ('stored', 'unchanged')
  AND (%(since)s::timestamptz IS NULL OR coalesce(entry.published_at, page.fetched_at) >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR coalesce(entry.published_at, page.fetched_at) < %(until)s)
  AND (%(url)s::text IS NULL OR entry.url = %(url)s)
  AND NOT EXISTS (SELECT FROM article WHERE article.page_id = page.id)
ORDER BY page.id LIMIT %(limit)s;

-- article --
SELECT id, url, revision, seed, analysis_version, cluster_id FROM article WHERE id = %(id)s;

-- placed --
-- Where an article's figures stand, in order.
SELECT observation.id, observation.series_id, figure.low, figure.high, figure.unit
FROM observation JOIN figure ON figure.id = observation.figure_id
WHERE observation.article_id = %(id)s ORDER BY figure.position;

-- park_figures --
-- Old figures make room for the new ones, and are kept until what hangs on them has moved over.
UPDATE figure SET position = -1 - position WHERE article_id = %(id)s;

-- park --
-- A series that nothing looks at, for old observations.
INSERT INTO series (label, unit, dimension, role, created_at) VALUES ('', '', '', '', %(now)s) RETURNING id;

-- park_observations --
WITH found_no_more AS (DELETE FROM article_key WHERE article_id = %(id)s)
UPDATE observation SET series_id = %(series_id)s, family = '' WHERE article_id = %(id)s;

-- forget_claims --
DELETE FROM claim WHERE article_id = %(id)s;

-- revise --
-- An article read anew keeps its id, its address and its revision.
UPDATE article
SET outlet = %(outlet)s, title = %(title)s, authors = %(authors)s, language = %(language)s, credit = %(credit)s,
    published_at = %(published_at)s, as_of = %(as_of)s, text = %(text)s, relation = %(relation)s, duplicate_of = %(duplicate_of)s,
    cluster_id = coalesce((SELECT parent.cluster_id FROM article parent WHERE parent.id = %(duplicate_of)s), article.id),
    copy_layer = %(copy_layer)s, copy_similarity = %(copy_similarity)s, copy_reason = %(copy_reason)s, copy_shared = %(copy_shared)s,
    figures_outcome = %(figures_outcome)s, series_outcome = %(series_outcome)s, analysis_version = %(analysis_version)s,
    sources = %(sources)s
WHERE id = %(id)s;

-- shifted --
-- Does an article bear a shift, be it new or told before?
SELECT count(*) > 0 AS any
FROM shift JOIN observation ON observation.id = shift.observation_id
WHERE observation.article_id = %(id)s AND observation.series_id <> %(parked)s AND shift.state = 'told';

-- emptied --
-- What an article was taken for is none any more: it keeps its row and loses its figures.
UPDATE article
SET figures_outcome = 'none_found', series_outcome = 'nothing_new', analysis_version = %(version)s
WHERE id = %(id)s;

-- keep_alert --
-- What was told of a number is told of it still, now that a new observation bears it.
UPDATE alert SET shift_id = now.id
FROM shift old, shift now
WHERE alert.shift_id = old.id AND old.observation_id = %(old)s AND now.observation_id = %(new)s
  AND NOT EXISTS (SELECT FROM alert other WHERE other.shift_id = now.id);

-- let_go --
-- Withdrawn shifts that compared themselves with an old observation.
UPDATE shift SET before_id = observation_id WHERE before_id = ANY (%(ids)s) AND observation_id <> ALL (%(ids)s);

-- forget_figures --
DELETE FROM figure WHERE article_id = %(id)s AND position < 0;

-- forget_series --
DELETE FROM series WHERE id = %(id)s;
