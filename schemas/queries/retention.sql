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
-- Those that hold nothing up, with their pages; keys for look-up have no foreign key. Looked at in the order of age, so many at
-- a time, each once: asked for so many that may go, the database would look at all there are, each time.
WITH looked AS MATERIALIZED (
    SELECT id, page_id, as_of, url, revision FROM article
    WHERE as_of >= %(after)s AND (as_of, id) > (%(after)s, %(after_id)s) AND as_of < %(before)s AND fetched_at < %(before)s AND NOT seed
    ORDER BY as_of, id LIMIT %(limit)s
), old AS (
    SELECT id, page_id FROM looked
    WHERE NOT EXISTS (SELECT FROM article copy WHERE copy.duplicate_of = looked.id)
      AND NOT EXISTS (SELECT FROM article part WHERE part.cluster_id = looked.id AND part.id <> looked.id)
      AND NOT EXISTS (SELECT FROM article later WHERE later.url = looked.url AND later.revision > looked.revision)
      AND NOT EXISTS (
          SELECT FROM observation
          WHERE observation.article_id = looked.id
            AND (EXISTS (SELECT FROM shift WHERE shift.observation_id = observation.id OR shift.before_id = observation.id)
                 OR NOT EXISTS (
                     SELECT FROM observation later
                     WHERE later.series_id = observation.series_id AND later.article_id <> looked.id
                       AND (later.as_of, later.id) > (observation.as_of, observation.id))))
), keys AS (
    DELETE FROM copy_key USING old WHERE copy_key.article_id = old.id
), gone AS (
    DELETE FROM article USING old WHERE article.id = old.id RETURNING article.id
), pages AS (
    DELETE FROM page USING old WHERE page.id = old.page_id AND page.state <> 'due'
)
SELECT (SELECT count(*) FROM gone) AS dropped, (SELECT count(*) FROM looked) AS looked,
       (SELECT as_of FROM looked ORDER BY as_of DESC, id DESC LIMIT 1) AS after,
       (SELECT id FROM looked ORDER BY as_of DESC, id DESC LIMIT 1) AS after_id;

-- polls --
WITH gone AS (
    DELETE FROM poll WHERE id IN (SELECT id FROM poll WHERE polled_at < %(before)s ORDER BY polled_at LIMIT %(limit)s) RETURNING id
)
SELECT count(*) AS dropped FROM gone;

-- passes --
WITH gone AS (
    DELETE FROM pass WHERE id IN (SELECT id FROM pass WHERE began_at < %(before)s ORDER BY began_at LIMIT %(limit)s) RETURNING id
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
