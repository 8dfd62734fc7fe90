-- one_at_a_time --
-- Backfills are begun and taken up again one after the other, so that of one command only one is ever open.
SELECT pg_advisory_xact_lock(7361014);

-- begin --
-- A backfill; nothing where the same is open already.
INSERT INTO backfill (kind, named, wanted, digest, most, started_at)
VALUES (%(kind)s, %(named)s, %(wanted)s, %(digest)s, %(most)s, %(now)s)
ON CONFLICT (digest) WHERE state IN ('running', 'paused') DO NOTHING
RETURNING id;

-- title_habits --
-- Of every site the place that tells its titles best, as articles.habits has it.
SELECT DISTINCT ON (site) site, source FROM title_habit
WHERE agreed >= %(least)s AND agreed >= 4 * differed
ORDER BY site, agreed - differed DESC, source;

-- open --
SELECT id FROM backfill WHERE digest = %(digest)s AND state IN ('running', 'paused');

-- twin --
-- The open backfill of the command that also began this one, which is over.
SELECT other.id FROM backfill JOIN backfill other ON other.digest = backfill.digest AND other.id <> backfill.id
WHERE backfill.id = %(id)s AND other.state IN ('running', 'paused');

-- one --
SELECT * FROM backfill WHERE id = %(id)s;

-- set_state --
UPDATE backfill SET state = %(state)s, ended_at = %(ended_at)s WHERE id = %(id)s AND state = ANY (%(of)s);

-- retry --
-- What failed is tried once more.
UPDATE backfill_unit SET state = 'due', tries = 0, detail = '' WHERE backfill_id = %(id)s AND state = 'failed';

-- add_units --
INSERT INTO backfill_unit (backfill_id, place, kind, source, payload, size, due_at)
VALUES (%(backfill_id)s, %(place)s, %(kind)s, %(source)s, %(payload)s, %(size)s, %(due_at)s)
ON CONFLICT (backfill_id, place) DO NOTHING;

-- list_once --
-- Those of these addresses that no listing gave before.
INSERT INTO backfill_listed (backfill_id, key) SELECT %(backfill_id)s, key FROM unnest(%(keys)s::bytea[]) AS listed (key)
ON CONFLICT DO NOTHING
RETURNING key;

-- keep_worker --
-- A worker's sign of life: gone with its connection, however that ended.
SELECT pg_try_advisory_lock(7361012, %(worker)s) AS kept;

-- at_work --
-- From now on, and for as long as the connection lasts, somebody is at work on a backfill.
SELECT pg_advisory_lock_shared(7361015, %(id)s::integer);

-- lease --
-- The first unit in order that nobody reads: never leased, or its lease over, or its worker gone. While too much waits to be recorded
-- only the one whose turn it is: nothing is recorded before it is read.
UPDATE backfill_unit SET leased_until = clock_timestamp() + %(for)s::interval, leased_by = %(worker)s, tries = tries + 1
WHERE id = (
    SELECT unit.id FROM backfill_unit unit JOIN backfill ON backfill.id = unit.backfill_id
    WHERE unit.backfill_id = %(backfill_id)s AND backfill.state = 'running' AND unit.state = 'due' AND unit.due_at <= clock_timestamp()
      AND (%(unit)s::bigint IS NULL OR unit.id = %(unit)s)
      AND (unit.leased_until IS NULL OR unit.leased_until <= clock_timestamp() OR NOT EXISTS (
          SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 7361012 AND objid = unit.leased_by::oid AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))
      AND ((SELECT coalesce(sum(batches - recorded), 0) FROM backfill_unit WHERE backfill_id = %(backfill_id)s AND recorded < batches) < %(most)s
        OR unit.id = (SELECT id FROM backfill_unit WHERE backfill_id = %(backfill_id)s AND (state = 'due' OR recorded < batches) ORDER BY place LIMIT 1))
    ORDER BY unit.place LIMIT 1 FOR UPDATE OF unit SKIP LOCKED
)
RETURNING *;

-- advance --
-- The position moves with what was read there, in one transaction, and only for whoever holds the lease: one whose lease
-- went to another changes no row, and neither does anybody once the backfill is paused.
UPDATE backfill_unit SET position = %(position)s, passed = %(passed)s, size = greatest(size, %(size)s::bigint), counts = %(counts)s,
       examples = %(examples)s::text[], batches = batches + %(batches)s, children = %(children)s, state = %(state)s, detail = %(detail)s, tries = 0,
       leased_until = CASE WHEN %(state)s = 'due' THEN clock_timestamp() + %(for)s::interval END
FROM backfill
WHERE backfill_unit.id = %(id)s AND position = %(was)s AND leased_by = %(worker)s AND backfill_unit.state = 'due'
  AND backfill.id = backfill_unit.backfill_id AND backfill.state = 'running';

-- put_back --
-- A unit that its worker reads no further now.
UPDATE backfill_unit SET leased_until = NULL, leased_by = NULL, due_at = greatest(due_at, %(due_at)s), detail = %(detail)s,
       tries = greatest(0, tries - %(free)s::integer), state = %(state)s
WHERE id = %(id)s AND leased_by = %(worker)s AND state = 'due';

-- stage --
INSERT INTO backfill_record (unit_id, batch, position, entry, final_url, content_type, fetched_at, body, body_sha256, result)
VALUES (%(unit_id)s, %(batch)s, %(position)s, %(entry)s, %(final_url)s, %(content_type)s, %(fetched_at)s, %(body)s, %(body_sha256)s, %(result)s);

-- known --
-- Which of these documents are here already, and which addresses the watch is about to fetch by itself.
SELECT wanted.number, page.id IS NOT NULL AS known, entry.state = 'due' AND NOT entry.history AS awaited
FROM unnest(%(urls)s::text[], %(hashes)s::bytea[]) WITH ORDINALITY AS wanted (url, sha256, number)
JOIN entry ON entry.url = wanted.url
LEFT JOIN page ON page.entry_id = entry.id AND page.body_sha256 = wanted.sha256;

-- listed --
-- Which of these addresses need no fetch: a page of theirs is here, or the watch is about to fetch it.
SELECT entry.url FROM entry
WHERE entry.url = ANY (%(urls)s::text[])
  AND ((entry.state = 'due' AND NOT entry.history) OR EXISTS (SELECT FROM page WHERE page.entry_id = entry.id));

-- lock_recording --
-- One worker at a time records a backfill; the others go on reading. One that stops in the middle (its machine asleep) holds everybody
-- up, the watch too: its transaction ends after some minutes.
SELECT pg_try_advisory_xact_lock(7361013, %(id)s::integer) AS locked, set_config('idle_in_transaction_session_timeout', '5min', true);

-- head --
-- The unit whose turn it is: the first that is still read, or has something to record.
SELECT unit.id, unit.recorded, unit.batches, unit.state FROM backfill_unit unit
WHERE unit.backfill_id = %(id)s AND (unit.state = 'due' OR unit.recorded < unit.batches)
ORDER BY unit.place LIMIT 1;

-- batch --
SELECT position, entry, final_url, content_type, fetched_at, result FROM backfill_record
WHERE unit_id = %(unit_id)s AND batch = %(batch)s ORDER BY position;

-- bodies --
-- Bytes of a batch, for an analysis that has to be made anew.
SELECT position, body FROM backfill_record WHERE unit_id = %(unit_id)s AND batch = %(batch)s;

-- keep_entries --
-- One that is known stays as it is.
INSERT INTO entry (source_id, url, link, host, title, outlet, authors, language, published_at, listed_sha256, history, seen_at,
                   state, due_at, outcome, tries)
SELECT NULL, e.url, e.link, e.host, e.title, e.outlet, ARRAY(SELECT jsonb_array_elements_text(e.authors)), e.language,
       e.published_at, sha256(convert_to(e.title, 'UTF8')), true, record.fetched_at, 'done', record.fetched_at, 'fetched', 1
FROM backfill_record record
CROSS JOIN LATERAL jsonb_to_record(record.entry) AS e (url text, link text, host text, title text, outlet text, authors jsonb, language text,
     published_at timestamptz)
WHERE record.unit_id = %(unit_id)s AND record.batch = %(batch)s AND record.position < %(most)s
ORDER BY record.position
ON CONFLICT (url) DO NOTHING;

-- keep_pages --
-- The pages of a batch with their bytes; those that are known, or that the watch fetches by itself, are left out.
WITH kept AS (
    INSERT INTO page (entry_id, final_url, content_type, fetched_at, body, body_sha256)
    SELECT entry.id, record.final_url, record.content_type, record.fetched_at, record.body, record.body_sha256
    FROM backfill_record record JOIN entry ON entry.url = record.entry ->> 'url'
    WHERE record.unit_id = %(unit_id)s AND record.batch = %(batch)s AND record.position < %(most)s AND (entry.state <> 'due' OR entry.history)
    ORDER BY record.position
    ON CONFLICT (entry_id, body_sha256) DO NOTHING
    RETURNING id, entry_id, body_sha256
), of AS (
    INSERT INTO backfill_page (page_id, backfill_id) SELECT id, %(id)s FROM kept
)
SELECT kept.id, min(record.position) AS position
FROM kept JOIN entry ON entry.id = kept.entry_id
JOIN backfill_record record ON record.unit_id = %(unit_id)s AND record.batch = %(batch)s AND record.entry ->> 'url' = entry.url
 AND record.body_sha256 = kept.body_sha256
GROUP BY kept.id;

-- recorded --
WITH gone AS (DELETE FROM backfill_record WHERE unit_id = %(unit_id)s AND batch = %(batch)s)
UPDATE backfill_unit SET recorded = recorded + 1 WHERE id = %(unit_id)s;

-- count --
UPDATE backfill SET counts = %(counts)s WHERE id = %(id)s;

-- end_units --
-- No more is to be recorded: what is read or waits beyond that is dropped (drop_staged, after it).
UPDATE backfill_unit SET state = CASE state WHEN 'due' THEN 'done' ELSE state END, recorded = batches, leased_until = NULL
WHERE backfill_id = %(id)s;

-- drop_staged --
-- A statement of its own: it sees what a worker stored while end_units waited for it.
DELETE FROM backfill_record WHERE unit_id IN (SELECT id FROM backfill_unit WHERE backfill_id = %(id)s);

-- quiet --
-- Shifts that history brought to light just now; whoever reports their numbers first, nobody is woken for them.
WITH found AS (
    INSERT INTO backfill_shift (shift_id, backfill_id)
    SELECT shift.id, %(id)s FROM shift
    WHERE shift.series_id = ANY (%(series)s) AND shift.detected_at = %(now)s AND shift.state = 'told'
    ON CONFLICT DO NOTHING
    RETURNING shift_id
)
UPDATE article SET series_outcome = 'shifted'
FROM found JOIN shift ON shift.id = found.shift_id JOIN observation ON observation.id = shift.observation_id
WHERE article.id = observation.article_id AND article.series_outcome = 'observed';

-- progress --
-- How far a backfill is. Units whose size nobody knows yet count as not read.
SELECT count(*) AS units, count(*) FILTER (WHERE state <> 'due') AS units_read, count(*) FILTER (WHERE state = 'failed') AS units_failed,
       coalesce(sum(CASE WHEN state <> 'due' THEN 1.0 WHEN size > 0 THEN least(1.0, passed::float8 / size) ELSE 0.0 END), 0)::float8 AS parts_read,
       coalesce(sum(batches), 0)::bigint AS batches, coalesce(sum(recorded), 0)::bigint AS batches_recorded,
       count(*) FILTER (WHERE state = 'due' AND leased_until > clock_timestamp()) AS reading,
       min(due_at) FILTER (WHERE state = 'due') AS next_due,
       (array_agg(detail ORDER BY place) FILTER (WHERE state = 'due' AND detail <> ''))[1] AS waits_for
FROM backfill_unit WHERE backfill_id = %(id)s;

-- unit_counts --
SELECT key AS outcome, sum(value::bigint)::bigint AS count FROM backfill_unit CROSS JOIN LATERAL jsonb_each_text(counts)
WHERE backfill_id = %(id)s GROUP BY key ORDER BY key;

-- troubles --
-- Units that failed, with why.
SELECT source, position, detail FROM backfill_unit WHERE backfill_id = %(id)s AND state = 'failed' ORDER BY place;

-- examples --
-- What could not be read, one by one: the first few of each unit, and how many there were.
SELECT unnest(examples) AS example FROM backfill_unit WHERE backfill_id = %(id)s ORDER BY place LIMIT %(limit)s;

-- due_units --
-- As lease does, all of them.
SELECT unit.id, unit.source FROM backfill_unit unit
WHERE unit.backfill_id = %(id)s AND unit.state = 'due' AND unit.due_at <= clock_timestamp()
  AND (unit.leased_until IS NULL OR unit.leased_until <= clock_timestamp() OR NOT EXISTS (
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 7361012 AND objid = unit.leased_by::oid AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))
  AND ((SELECT coalesce(sum(batches - recorded), 0) FROM backfill_unit WHERE backfill_id = %(id)s AND recorded < batches) < %(most)s
    OR unit.id = (SELECT id FROM backfill_unit WHERE backfill_id = %(id)s AND (state = 'due' OR recorded < batches) ORDER BY place LIMIT 1))
ORDER BY unit.place;

-- list --
SELECT backfill.id, backfill.kind, backfill.named, backfill.state, backfill.started_at, backfill.ended_at, backfill.counts,
       count(unit.id) AS units, count(unit.id) FILTER (WHERE unit.state <> 'due') AS units_read,
       count(unit.id) FILTER (WHERE unit.state = 'failed') AS units_failed,
       coalesce(sum(CASE WHEN unit.state <> 'due' THEN 1.0 WHEN unit.size > 0 THEN least(1.0, unit.passed::float8 / unit.size) ELSE 0.0 END), 0)::float8
           / greatest(count(unit.id), 1) AS part_read,
       EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 7361015 AND objid = backfill.id::oid AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS at_work
FROM backfill LEFT JOIN backfill_unit unit ON unit.backfill_id = backfill.id
GROUP BY backfill.id ORDER BY backfill.id DESC LIMIT %(limit)s;

-- new_series --
-- Lines that only this backfill brought, those with most origins first.
SELECT series.id, series.label, series.unit, count(observation.id) AS observations, count(DISTINCT article.cluster_id) AS origins,
       min(observation.as_of) AS first_seen, max(observation.as_of) AS last_seen
FROM series JOIN observation ON observation.series_id = series.id JOIN article ON article.id = observation.article_id
LEFT JOIN backfill_page ON backfill_page.page_id = article.page_id AND backfill_page.backfill_id = %(id)s
WHERE series.role = 'level' AND article.relation <> 'duplicate'
GROUP BY series.id HAVING bool_and(backfill_page.page_id IS NOT NULL)
ORDER BY origins DESC, observations DESC, series.id LIMIT %(limit)s;

-- new_series_count --
SELECT count(*) AS series FROM (
    SELECT series.id FROM series JOIN observation ON observation.series_id = series.id JOIN article ON article.id = observation.article_id
    LEFT JOIN backfill_page ON backfill_page.page_id = article.page_id AND backfill_page.backfill_id = %(id)s
    WHERE series.role = 'level' AND article.relation <> 'duplicate'
    GROUP BY series.id HAVING bool_and(backfill_page.page_id IS NOT NULL)
) AS found;

-- longer_series --
-- Lines that were known and reach further back, or hold more, now.
SELECT count(*) AS series FROM (
    SELECT series.id FROM series JOIN observation ON observation.series_id = series.id JOIN article ON article.id = observation.article_id
    LEFT JOIN backfill_page ON backfill_page.page_id = article.page_id AND backfill_page.backfill_id = %(id)s
    WHERE series.role = 'level' AND article.relation <> 'duplicate'
    GROUP BY series.id HAVING bool_or(backfill_page.page_id IS NOT NULL) AND bool_or(backfill_page.page_id IS NULL)
) AS found;

-- past_shifts --
SELECT shift.id, shift.series_id, series.label, series.unit, shift.from_number, shift.to_number, shift.kind, shift.origins_after,
       observation.as_of, article.outlet, article.url
FROM backfill_shift JOIN shift ON shift.id = backfill_shift.shift_id JOIN series ON series.id = shift.series_id
JOIN observation ON observation.id = shift.observation_id JOIN article ON article.id = observation.article_id
WHERE backfill_shift.backfill_id = %(id)s AND shift.state = 'told'
ORDER BY shift.origins_after DESC, observation.as_of DESC, shift.id LIMIT %(limit)s;

-- past_shifts_count --
SELECT count(*) AS shifts FROM backfill_shift JOIN shift ON shift.id = backfill_shift.shift_id
WHERE backfill_shift.backfill_id = %(id)s AND shift.state = 'told';

-- main_lines --
-- The lines that this backfill says most about.
SELECT series.id, series.label, series.unit, series.rate, count(observation.id) AS observations, count(DISTINCT article.cluster_id) AS origins
FROM series JOIN observation ON observation.series_id = series.id JOIN article ON article.id = observation.article_id
JOIN backfill_page ON backfill_page.page_id = article.page_id
WHERE backfill_page.backfill_id = %(id)s AND series.role = 'level' AND article.relation <> 'duplicate'
GROUP BY series.id HAVING count(DISTINCT observation.as_of) > 1
ORDER BY origins DESC, observations DESC, series.id LIMIT %(limit)s;

-- again --
-- Pages of a backfill that have to be read again: what was thought a copy is none.
SELECT page.id FROM backfill_page JOIN page ON page.id = backfill_page.page_id
WHERE backfill_page.backfill_id = %(id)s AND page.state = 'due' AND page.tries = 0 ORDER BY page.id;

-- missing_pages --
-- Why a document of a batch got no page: it is here already, or the watch is about to fetch it.
SELECT record.position, entry.state = 'due' AND NOT entry.history AS awaited
FROM backfill_record record JOIN entry ON entry.url = record.entry ->> 'url'
WHERE record.unit_id = %(unit_id)s AND record.batch = %(batch)s AND record.position = ANY (%(positions)s::integer[]);

-- drop_page --
-- One more than was asked for; with its entry, unless that holds more.
WITH gone AS (DELETE FROM page WHERE id = %(id)s RETURNING entry_id)
DELETE FROM entry USING gone
WHERE entry.id = gone.entry_id AND entry.history AND NOT EXISTS (SELECT FROM page other WHERE other.entry_id = entry.id AND other.id <> %(id)s);

-- room --
-- May a unit be read further? Of the one whose turn it is only so many batches may wait to be recorded, of all others together as many;
-- and whether waiting helps: the one whose turn it is is being read, or has something to record.
WITH open AS (
    SELECT id, place, batches - recorded AS waiting, leased_until, leased_by FROM backfill_unit
    WHERE backfill_id = %(id)s AND (state = 'due' OR recorded < batches)
), head AS (
    SELECT * FROM open ORDER BY place LIMIT 1
)
SELECT backfill.state,
       (SELECT coalesce(sum(open.waiting), 0) FROM open WHERE head.id <> %(unit)s OR open.id = %(unit)s) < %(most)s AS room,
       head.waiting > 0 OR (head.leased_until > clock_timestamp() AND EXISTS (
           SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 7361012 AND objid = head.leased_by::oid AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))) AS moves
FROM backfill, head WHERE backfill.id = %(id)s;
