-- present --
-- Held by the process for as long as its session lasts.
SELECT pg_advisory_lock(7362, %(process)s::integer);

-- alone --
-- One service a database; the lock ends with the session.
SELECT pg_try_advisory_lock(7361003) AS alone;

-- who_is_alone --
-- The session of the service that was first.
SELECT application_name AS who, backend_start AS since
FROM pg_locks JOIN pg_stat_activity ON pg_stat_activity.pid = pg_locks.pid
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = 0 AND objid = 7361003 AND objsubid = 1 AND granted;

-- sessions --
-- Who else works with this database.
SELECT count(*) AS sessions FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'figurewatch%%';

-- lock_leases --
-- Two that give back the same rows would wait for each other in a circle.
SELECT pg_advisory_xact_lock(7361004);

-- free_sources --
-- What processes had leased that are gone, or that this one hands back, is free again.
UPDATE source SET leased_until = NULL, leased_by = NULL
WHERE leased_until IS NOT NULL AND leased_by IS NOT NULL AND (leased_by = %(mine)s OR leased_by <> ALL (%(living)s::integer[]));

-- free_entries --
UPDATE entry SET leased_until = NULL, leased_by = NULL
WHERE state = 'due' AND leased_until IS NOT NULL AND leased_by IS NOT NULL AND (leased_by = %(mine)s OR leased_by <> ALL (%(living)s::integer[]));

-- free_pages --
UPDATE page SET leased_until = NULL, leased_by = NULL
WHERE state = 'due' AND leased_until IS NOT NULL AND leased_by IS NOT NULL AND (leased_by = %(mine)s OR leased_by <> ALL (%(living)s::integer[]));

-- free_messages --
-- One that is found sending may have arrived; who leases it next knows.
UPDATE message SET leased_until = NULL, leased_by = NULL
WHERE state IN ('pending', 'sending') AND leased_until IS NOT NULL AND leased_by IS NOT NULL AND (leased_by = %(mine)s OR leased_by <> ALL (%(living)s::integer[]));

-- free_notices --
UPDATE notice SET leased_until = NULL, leased_by = NULL
WHERE state = 'pending' AND leased_until IS NOT NULL AND leased_by IS NOT NULL AND (leased_by = %(mine)s OR leased_by <> ALL (%(living)s::integer[]));

-- put_off_sources --
-- Due later than anything can be: it was decided by a clock that was ahead.
UPDATE source SET due_at = %(now)s WHERE state = 'active' AND due_at > %(latest)s;

-- put_off_entries --
UPDATE entry SET due_at = %(now)s WHERE state = 'due' AND due_at > %(latest)s;

-- put_off_hosts --
UPDATE host SET free_at = %(now)s WHERE free_at > %(latest)s;

-- put_off_messages --
UPDATE message SET due_at = %(now)s WHERE state IN ('pending', 'sending') AND due_at > %(latest)s;

-- put_off_channels --
UPDATE channel SET hold_until = NULL WHERE hold_until > %(latest)s;

-- living --
-- Numbers of the processes that live.
SELECT objid::bigint::integer AS process FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = 7362 AND objsubid = 2 AND granted;

-- begin_pass --
INSERT INTO pass (worker, process, began_at) VALUES (%(worker)s, %(process)s, %(now)s) RETURNING id;

-- end_pass --
UPDATE pass SET ended_at = %(now)s, outcome = %(outcome)s, done = %(done)s, detail = %(detail)s WHERE id = %(id)s;

-- passes --
-- Those that ended after one that is known, in the order in which they did.
SELECT id, worker, began_at, ended_at, outcome, done, detail FROM pass
WHERE ended_at > %(since)s ORDER BY ended_at, id LIMIT %(limit)s;

-- last_pass --
SELECT began_at, ended_at, outcome, done, detail FROM pass WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1;

-- count --
INSERT INTO work (stage, outcome, items)
SELECT stage, outcome, items FROM jsonb_to_recordset(%(counts)s::jsonb) AS c (stage text, outcome text, items bigint)
ORDER BY stage, outcome
ON CONFLICT (stage, outcome) DO UPDATE SET items = work.items + excluded.items;

-- count_seconds --
INSERT INTO work_time (stage, seconds)
SELECT stage, seconds FROM jsonb_to_recordset(%(seconds)s::jsonb) AS c (stage text, seconds double precision)
ORDER BY stage
ON CONFLICT (stage) DO UPDATE SET seconds = work_time.seconds + excluded.seconds;

-- counted --
SELECT stage, outcome, items FROM work ORDER BY stage, outcome;

-- counted_seconds --
SELECT stage, seconds FROM work_time ORDER BY stage;

-- queues --
-- What waits, of what kind, and since when the oldest; what stands in quarantine; deliveries that nobody took.
SELECT 'sources' AS queue, count(*) AS depth, min(due_at) AS oldest FROM source WHERE state = 'active' AND due_at <= %(now)s
UNION ALL
SELECT 'fetch', count(*), min(seen_at) FROM entry WHERE state = 'due' AND due_at <= %(now)s
UNION ALL
SELECT 'fetch later', count(*), NULL FROM entry WHERE state = 'due' AND due_at > %(now)s
UNION ALL
SELECT 'articles', count(*), min(fetched_at) FROM page WHERE state = 'due'
UNION ALL
SELECT 'alerts', count(*), min(since) FROM (
    SELECT alert.created_at AS since FROM delivery JOIN alert ON alert.id = delivery.alert_id
    WHERE message_id IS NULL AND state = 'pending'
    UNION ALL
    SELECT created_at FROM message WHERE state IN ('pending', 'sending')
) AS waiting
UNION ALL
SELECT 'fetch quarantined', count(*), NULL FROM entry WHERE state = 'quarantined'
UNION ALL
SELECT 'articles quarantined', count(*), NULL FROM page WHERE state = 'quarantined';

-- lags --
-- How far each source is behind: since when its poll is due, or since when the oldest of its entries or pages waits.
SELECT source.id, source.outlet, source.url, source.failures, source.due_at, source.last_polled_at, source.last_new_at,
       waiting.since, coalesce(waiting.depth, 0) AS depth
FROM source LEFT JOIN (
    SELECT source_id, min(since) AS since, count(*) AS depth FROM (
        SELECT source_id, seen_at AS since FROM entry WHERE state = 'due'
        UNION ALL
        SELECT entry.source_id, page.fetched_at FROM page JOIN entry ON entry.id = page.entry_id WHERE page.state = 'due'
    ) each GROUP BY source_id
) waiting ON waiting.source_id = source.id
WHERE source.state = 'active' ORDER BY source.id;

-- next_source --
-- What is polled next, and when.
SELECT outlet, url, due_at FROM source WHERE state = 'active' ORDER BY due_at, id LIMIT 1;

-- next_poll --
-- When a source will be due that is not yet.
SELECT min(due_at) AS first FROM source WHERE state = 'active' AND due_at > %(now)s;

-- anything_due --
-- Whether a pass has something to do, by stage; looked up before a task is started for it. A source whose host rests is not polled.
SELECT EXISTS (
           SELECT FROM source LEFT JOIN host ON host.host = source.host
           WHERE state = 'active' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
             AND coalesce(host.free_at, clock_timestamp()) <= clock_timestamp() + %(longest)s::interval) AS sources,
       EXISTS (SELECT FROM entry WHERE state = 'due' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)) AS fetch,
       EXISTS (SELECT FROM page WHERE state = 'due' AND (leased_until IS NULL OR leased_until <= %(now)s)) AS articles,
       EXISTS (SELECT FROM delivery WHERE message_id IS NULL AND state = 'pending' AND due_at <= %(now)s) OR EXISTS (
           SELECT FROM message
           WHERE state IN ('pending', 'sending') AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
             AND NOT EXISTS (SELECT FROM channel held WHERE held.name = message.channel AND held.hold_until > %(now)s)) AS alerts;

-- watermark --
-- How far it was read, taken for this transaction; whoever comes meanwhile waits.
INSERT INTO watermark (name, position) VALUES (%(name)s, %(first)s)
ON CONFLICT (name) DO UPDATE SET position = watermark.position RETURNING position;

-- set_watermark --
UPDATE watermark SET position = %(position)s WHERE name = %(name)s;

-- new_shifts --
-- Shifts that no event was sent of.
SELECT shift.id, shift.series_id, shift.kind, shift.from_number, shift.to_number, series.label, series.unit, shift.origins_after,
       article.url, article.outlet, alert.id AS alert_id
FROM shift JOIN series ON series.id = shift.series_id JOIN observation ON observation.id = shift.observation_id
JOIN article ON article.id = observation.article_id LEFT JOIN alert ON alert.shift_id = shift.id
WHERE shift.id > %(after)s AND shift.state = 'told' AND NOT article.history AND NOT article.seed
  AND NOT EXISTS (SELECT FROM backfill_shift WHERE backfill_shift.shift_id = shift.id)
ORDER BY shift.id LIMIT %(limit)s;

-- new_notices --
SELECT notice.id, notice.source_id, notice.kind, notice.text, source.outlet, source.url
FROM notice JOIN source ON source.id = notice.source_id
WHERE notice.id > %(after)s ORDER BY notice.id LIMIT %(limit)s;

-- messages --
-- By channel and state; of a channel, whether it fails.
SELECT channel, state, count(*) AS messages FROM message GROUP BY channel, state ORDER BY channel, state;

-- channels --
SELECT name, failures FROM channel ORDER BY name;

-- size --
SELECT pg_database_size(current_database()) AS bytes;

-- under_way --
-- Passes of processes that live.
SELECT count(*) AS passes FROM pass
WHERE ended_at IS NULL AND began_at > now() - interval '1 day' AND process IN (
    SELECT objid::bigint::integer FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = 7362 AND objsubid = 2 AND granted);

-- shifts_since --
SELECT shift.id FROM shift JOIN observation ON observation.id = shift.observation_id JOIN article ON article.id = observation.article_id
WHERE shift.detected_at >= %(since)s AND shift.state = 'told' AND NOT article.history AND NOT article.seed
  AND NOT EXISTS (SELECT FROM backfill_shift WHERE backfill_shift.shift_id = shift.id)
ORDER BY shift.id DESC LIMIT %(limit)s;
