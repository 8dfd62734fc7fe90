-- keep --
-- A configured source, new or with changed settings; what is known of it stays.
INSERT INTO source (url, outlet, kind, every_seconds, due_at)
VALUES (%(url)s, %(outlet)s, %(kind)s, %(every_seconds)s, %(now)s)
ON CONFLICT (url) DO UPDATE
SET outlet = excluded.outlet, kind = excluded.kind, every_seconds = excluded.every_seconds, state = 'active';

-- pause_others --
-- Sources that the settings no longer name are kept and not polled.
UPDATE source SET state = 'paused' WHERE url <> ALL (%(urls)s::text[]);

-- lease_due --
-- Takes due sources for one worker; SKIP LOCKED lets several workers take different ones at the same moment.
UPDATE source SET leased_until = %(until)s
WHERE id IN (
    SELECT id FROM source
    WHERE state = 'active' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, url, outlet, kind, every_seconds, etag, last_modified, body_sha256, failures;

-- polled --
-- The end of a poll: the lease is given back with the next due time.
UPDATE source
SET due_at = %(due_at)s, leased_until = NULL, etag = %(etag)s, last_modified = %(last_modified)s, body_sha256 = %(body_sha256)s,
    failures = %(failures)s, last_polled_at = %(now)s, last_outcome = %(outcome)s, last_detail = %(detail)s
WHERE id = %(id)s;

-- record_poll --
INSERT INTO poll (source_id, polled_at, outcome, detail, listed, new)
VALUES (%(id)s, %(now)s, %(outcome)s, %(detail)s, %(listed)s, %(new)s);

-- all --
SELECT id, url, outlet, kind, state, every_seconds, due_at, failures, last_polled_at, last_outcome, last_detail
FROM source ORDER BY url;
