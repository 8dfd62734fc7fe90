-- keep --
-- A source of the settings, new or with changed ones; what is known of it stays, and so does a pause by hand.
INSERT INTO source (url, address, host, outlet, kind, origin, every_seconds, interval_seconds, due_at)
SELECT s.url, s.url, s.host, s.outlet, s.kind, 'settings', s.every_seconds, s.every_seconds, %(now)s
FROM jsonb_to_recordset(%(sources)s::jsonb) AS s (url text, host text, outlet text, kind text, every_seconds integer)
LEFT JOIN source AS known ON known.url = s.url
WHERE known.id IS NULL OR known.state = 'dropped' OR (known.outlet, known.kind, known.origin, known.every_seconds)
      IS DISTINCT FROM (s.outlet, s.kind, 'settings', s.every_seconds)
ORDER BY s.url
ON CONFLICT (url) DO UPDATE
SET outlet = excluded.outlet, kind = excluded.kind, origin = 'settings', every_seconds = excluded.every_seconds,
    interval_seconds = CASE WHEN source.every_seconds = excluded.every_seconds THEN source.interval_seconds ELSE excluded.interval_seconds END,
    state = CASE source.state WHEN 'dropped' THEN 'active' ELSE source.state END;

-- drop_others --
-- Sources that the settings no longer name are kept and not polled; those that were added by hand are none of their business.
UPDATE source SET state = 'dropped' WHERE origin = 'settings' AND state <> 'dropped' AND url <> ALL (%(urls)s::text[]);

-- add --
-- A source that was added by hand; one that is known already is polled again and otherwise stays as it is.
INSERT INTO source (url, address, host, outlet, kind, origin, every_seconds, interval_seconds, due_at)
VALUES (%(url)s, %(url)s, %(host)s, %(outlet)s, %(kind)s, 'added', %(every_seconds)s::integer, %(every_seconds)s::integer, %(now)s)
ON CONFLICT (url) DO UPDATE
SET state = 'active', origin = CASE source.state WHEN 'dropped' THEN 'added' ELSE source.origin END
RETURNING id, xmax = 0 AS new;

-- set_state --
-- Paused or resumed by hand; what is resumed is due at once.
UPDATE source SET state = %(state)s, due_at = CASE %(state)s WHEN 'active' THEN %(now)s ELSE due_at END WHERE id = %(id)s;

-- remove --
DELETE FROM source WHERE id = %(id)s;

-- lease_due --
-- Takes due sources for one worker, of each host a few; SKIP LOCKED lets several workers take different ones at the same moment.
WITH ranked AS (
    SELECT source.id, row_number() OVER (PARTITION BY source.host ORDER BY due_at, source.id) AS place
    FROM source LEFT JOIN host ON host.host = source.host
    WHERE state = 'active' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
      AND coalesce(host.free_at, clock_timestamp()) <= clock_timestamp() + %(longest)s::interval
)
UPDATE source SET leased_until = %(until)s
WHERE id IN (
    SELECT id FROM source
    WHERE id IN (SELECT id FROM ranked WHERE place <= %(per_host)s)
      AND state = 'active' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING *;

-- polled --
-- The end of a poll: the lease is given back with the next due time, and with what was learnt.
UPDATE source
SET address = %(address)s, host = %(host)s, state = CASE state WHEN 'active' THEN %(state)s ELSE state END,
    interval_seconds = %(interval_seconds)s, due_at = %(due_at)s, leased_until = NULL,
    ttl_seconds = %(ttl_seconds)s, skip_hours = %(skip_hours)s::integer[], skip_days = %(skip_days)s::integer[],
    etag = %(etag)s, last_modified = %(last_modified)s, body_sha256 = %(body_sha256)s,
    not_modified = %(not_modified)s, trust = %(trust)s, failures = %(failures)s, trouble = %(trouble)s,
    moved_to = %(moved_to)s, moved_since = %(moved_since)s,
    last_new_at = %(last_new_at)s, usual_gap = %(usual_gap)s, gaps = %(gaps)s,
    last_polled_at = %(now)s, last_outcome = %(outcome)s, last_detail = %(detail)s
WHERE id = %(id)s;

-- postponed --
-- The host is busy: no poll, no outcome.
UPDATE source SET leased_until = NULL, due_at = %(due_at)s WHERE id = %(id)s;

-- record_poll --
INSERT INTO poll (source_id, polled_at, outcome, detail, listed, new)
VALUES (%(id)s, %(now)s, %(outcome)s, %(detail)s, %(listed)s, %(new)s);

-- forget --
-- What was long ago helps nobody to see why nothing comes; retention does the same for what is polled no more.
WITH day AS (DELETE FROM host_day WHERE host = ANY (%(hosts)s::text[]) AND day < %(before)s::date - 60)
DELETE FROM poll WHERE source_id = ANY (%(ids)s::bigint[]) AND polled_at < %(before)s;

-- parts --
-- The sitemaps of an index that were read.
SELECT url, updated_at, read_at FROM sitemap_part WHERE source_id = %(id)s;

-- record_part --
INSERT INTO sitemap_part (source_id, url, updated_at, read_at) VALUES (%(id)s, %(url)s, %(updated_at)s, %(now)s)
ON CONFLICT (source_id, url) DO UPDATE SET updated_at = excluded.updated_at, read_at = excluded.read_at;

-- at_address --
-- Another source that is polled at an address.
SELECT id, url FROM source WHERE (address = %(address)s OR url = %(address)s) AND id <> %(id)s AND state = 'active' LIMIT 1;

-- notify --
-- A trouble that stands already is not told again.
INSERT INTO notice (source_id, kind, text, raised_at, due_at) VALUES (%(id)s, %(kind)s, %(text)s, %(now)s, %(now)s)
ON CONFLICT DO NOTHING;

-- over --
-- A trouble has ended.
UPDATE notice SET over_at = %(now)s WHERE source_id = %(id)s AND kind = %(kind)s AND over_at IS NULL RETURNING raised_at;

-- lease_notices --
-- Takes notices that the owner has not got; old ones, of a time when nobody was named, are left.
UPDATE notice SET leased_until = %(until)s, tries = tries + 1
WHERE id IN (
    SELECT id FROM notice
    WHERE state = 'pending' AND due_at <= %(now)s AND raised_at > %(since)s AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, source_id, kind, text, raised_at, tries;

-- notice_ended --
UPDATE notice SET state = %(state)s, leased_until = NULL, due_at = %(due_at)s WHERE id = %(id)s;

-- notices --
-- What the owner should know, the latest first; of one source, or of all that stand.
SELECT notice.id, source_id, source.outlet, notice.kind, text, raised_at, over_at, notice.state
FROM notice JOIN source ON source.id = notice.source_id
WHERE %(source_id)s::bigint IS NULL OR source_id = %(source_id)s
ORDER BY notice.id DESC LIMIT %(limit)s;

-- standing --
-- Troubles that are not over.
SELECT source.id, source.url, source.outlet, notice.kind, text, raised_at FROM notice JOIN source ON source.id = notice.source_id
WHERE over_at IS NULL AND notice.kind IN ('failing', 'silent') AND source.state = 'active' ORDER BY raised_at;

-- all --
SELECT id, url, address, host, outlet, kind, origin, state, every_seconds, interval_seconds, due_at, failures, trust, moved_to,
       last_new_at, last_polled_at, last_outcome, last_detail
FROM source ORDER BY url;

-- one --
SELECT * FROM source WHERE id = %(id)s;

-- polls --
-- The last polls of a source.
SELECT polled_at, outcome, detail, listed, new FROM poll WHERE source_id = %(id)s ORDER BY id DESC LIMIT %(limit)s;
