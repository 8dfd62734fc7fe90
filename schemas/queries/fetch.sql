-- list_entry --
-- An entry as listed: new, or listed again with other words, is due; listed again unchanged, nothing happens.
INSERT INTO entry (source_id, url, link, title, outlet, authors, language, published_at, listed_sha256, history, seen_at, due_at)
VALUES (%(source_id)s, %(url)s, %(link)s, %(title)s, %(outlet)s, %(authors)s, %(language)s, %(published_at)s, %(listed_sha256)s,
        %(history)s, %(now)s, %(now)s)
ON CONFLICT (url) DO UPDATE
SET link = excluded.link, title = excluded.title, published_at = coalesce(excluded.published_at, entry.published_at),
    listed_sha256 = excluded.listed_sha256, state = 'due', due_at = excluded.due_at, tries = 0
WHERE entry.listed_sha256 <> excluded.listed_sha256 AND entry.source_id IS NOT DISTINCT FROM excluded.source_id
RETURNING id;

-- lease_due --
-- Takes due entries, first come first served.
UPDATE entry SET leased_until = %(until)s
WHERE id IN (
    SELECT id FROM entry
    WHERE state = 'due' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, url, link, tries;

-- waiting --
-- When the next entry is due that nobody fetches, if that is before a time.
SELECT min(due_at) AS first FROM entry WHERE state = 'due' AND due_at <= %(until)s AND leased_until IS NULL;

-- fetched --
UPDATE entry SET state = 'done', leased_until = NULL, outcome = %(outcome)s, detail = %(detail)s, tries = tries + 1 WHERE id = %(id)s;

-- failed --
-- Due again later, or quarantined: kept with its reason, and tried no more until its listing changes.
UPDATE entry
SET state = %(state)s, leased_until = NULL, outcome = %(outcome)s, detail = %(detail)s, tries = tries + 1, due_at = %(due_at)s
WHERE id = %(id)s;

-- postponed --
-- The host is busy for longer than a flight waits: no try, no outcome.
UPDATE entry SET leased_until = NULL, due_at = %(due_at)s WHERE id = %(id)s;

-- store_page --
-- Bytes that are there already are no new page.
INSERT INTO page (entry_id, final_url, content_type, fetched_at, body, body_sha256)
VALUES (%(entry_id)s, %(final_url)s, %(content_type)s, %(now)s, %(body)s, %(body_sha256)s)
ON CONFLICT (entry_id, body_sha256) DO NOTHING
RETURNING id;

-- reserve_host --
-- The next start at a host: requests queue behind free_at, whichever worker makes them.
INSERT INTO host (host, free_at) VALUES (%(host)s, clock_timestamp() + %(spacing)s)
ON CONFLICT (host) DO UPDATE SET free_at = greatest(host.free_at, clock_timestamp()) + %(spacing)s
RETURNING extract(epoch FROM free_at - %(spacing)s - clock_timestamp())::float8 AS wait_seconds;

-- hold_host --
-- The host asked for a pause (Retry-After): nobody starts there before it is over.
INSERT INTO host (host, free_at) VALUES (%(host)s, clock_timestamp() + %(pause)s)
ON CONFLICT (host) DO UPDATE SET free_at = greatest(host.free_at, clock_timestamp() + %(pause)s);

-- robots --
SELECT robots, robots_fetched_at FROM host WHERE host = %(host)s;

-- keep_robots --
INSERT INTO host (host, free_at, robots, robots_fetched_at) VALUES (%(host)s, clock_timestamp(), %(robots)s, %(now)s)
ON CONFLICT (host) DO UPDATE SET robots = excluded.robots, robots_fetched_at = excluded.robots_fetched_at;

-- entry --
SELECT id FROM entry WHERE url = %(url)s;
