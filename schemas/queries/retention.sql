-- bytes --
-- The oldest first; the page's row says what became of it.
WITH gone AS (
    UPDATE page SET body = NULL
    WHERE id IN (
        SELECT id FROM page WHERE body IS NOT NULL AND fetched_at < %(before)s AND state <> 'due'
        ORDER BY fetched_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    RETURNING id
)
SELECT count(*) AS dropped FROM gone;

-- articles --
-- Those that hold nothing up, with their pages; keys for look-up have no foreign key. Asked in the order of age, from the
-- oldest that may go.
WITH old AS (
    SELECT article.id, article.page_id, article.as_of FROM article
    WHERE article.as_of >= %(after)s AND article.as_of < %(before)s AND article.fetched_at < %(before)s AND NOT article.seed
      AND NOT EXISTS (SELECT FROM article copy WHERE copy.duplicate_of = article.id)
      AND NOT EXISTS (SELECT FROM article part WHERE part.cluster_id = article.id AND part.id <> article.id)
      AND NOT EXISTS (SELECT FROM article later WHERE later.url = article.url AND later.revision > article.revision)
      AND NOT EXISTS (
          SELECT FROM observation
          WHERE observation.article_id = article.id
            AND (EXISTS (SELECT FROM shift WHERE shift.observation_id = observation.id OR shift.before_id = observation.id)
                 OR NOT EXISTS (
                     SELECT FROM observation later
                     WHERE later.series_id = observation.series_id AND later.article_id <> article.id
                       AND (later.as_of, later.id) > (observation.as_of, observation.id))))
    ORDER BY article.as_of, article.id LIMIT %(limit)s
), keys AS (
    DELETE FROM copy_key USING old WHERE copy_key.article_id = old.id
), gone AS (
    DELETE FROM article USING old WHERE article.id = old.id RETURNING article.id
), pages AS (
    DELETE FROM page USING old WHERE page.id = old.page_id AND page.state <> 'due'
)
SELECT (SELECT count(*) FROM gone) AS dropped, (SELECT max(as_of) FROM old) AS last;

-- polls --
WITH gone AS (
    DELETE FROM poll WHERE id IN (SELECT id FROM poll WHERE polled_at < %(before)s ORDER BY id LIMIT %(limit)s) RETURNING id
)
SELECT count(*) AS dropped FROM gone;

-- passes --
WITH gone AS (
    DELETE FROM pass WHERE id IN (SELECT id FROM pass WHERE began_at < %(before)s ORDER BY id LIMIT %(limit)s) RETURNING id
)
SELECT count(*) AS dropped FROM gone;

-- notices --
WITH gone AS (
    DELETE FROM notice WHERE id IN (
        SELECT id FROM notice
        WHERE raised_at < %(before)s AND (over_at IS NOT NULL OR kind NOT IN ('failing', 'silent'))
        ORDER BY id LIMIT %(limit)s)
    RETURNING id
)
SELECT count(*) AS dropped FROM gone;

-- host_days --
WITH gone AS (
    DELETE FROM host_day WHERE (host, day) IN (SELECT host, day FROM host_day WHERE day < %(before)s::date - 60 LIMIT %(limit)s)
    RETURNING host
)
SELECT count(*) AS dropped FROM gone;
