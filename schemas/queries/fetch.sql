-- known --
-- What is known of listed addresses.
SELECT url, source_id, title, listed_sha256, relisted FROM entry WHERE url = ANY (%(urls)s::text[]);

-- list_entries --
-- Entries as listed: new, or listed again with other words, they are due. One statement for a document; ordered, so that
-- two workers that list the same do not wait for each other in a circle.
INSERT INTO entry (source_id, url, link, host, title, outlet, authors, language, published_at, listed_sha256, history, seen_at,
                   state, due_at, outcome)
SELECT %(source_id)s::bigint, e.url, e.link, e.host, e.title, %(outlet)s, ARRAY(SELECT jsonb_array_elements_text(e.authors)),
       e.language, e.published_at, decode(e.listed_sha256, 'hex'), %(history)s, %(now)s,
       CASE WHEN e.known THEN 'done' ELSE 'due' END, %(now)s, CASE WHEN e.known THEN 'known' END
FROM jsonb_to_recordset(%(entries)s::jsonb) AS e (url text, link text, host text, title text, authors jsonb, language text,
     published_at timestamptz, listed_sha256 text, known boolean)
ORDER BY e.url
ON CONFLICT (url) DO UPDATE
SET link = excluded.link, host = excluded.host, title = excluded.title,
    published_at = coalesce(excluded.published_at, entry.published_at), listed_sha256 = excluded.listed_sha256,
    relisted = entry.relisted + 1, state = excluded.state, due_at = excluded.due_at, tries = 0, refusals = 0
WHERE entry.listed_sha256 <> excluded.listed_sha256 AND entry.source_id IS NOT DISTINCT FROM excluded.source_id
RETURNING id, state;

-- relist --
-- The whole document was listed anew: what it says is noted, and nothing is fetched for it.
UPDATE entry SET listed_sha256 = decode(e.listed_sha256, 'hex')
FROM jsonb_to_recordset(%(entries)s::jsonb) AS e (url text, listed_sha256 text)
WHERE entry.url = e.url;

-- lease_due --
-- Takes due entries, of each host a few, first come first served; hosts that rest are left out, and so are those of which
-- enough is taken. Hosts are found one after the other by the index, so that the cost grows with hosts, not with entries.
WITH RECURSIVE waiting (host) AS (
    (SELECT host FROM entry WHERE state = 'due' ORDER BY host LIMIT 1)
    UNION ALL
    SELECT (SELECT host FROM entry WHERE state = 'due' AND entry.host > waiting.host ORDER BY host LIMIT 1)
    FROM waiting WHERE waiting.host IS NOT NULL
), first AS (
    SELECT head.id FROM waiting
    LEFT JOIN host ON host.host = waiting.host
    CROSS JOIN LATERAL (
        SELECT id FROM entry
        WHERE entry.host = waiting.host AND state = 'due' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
        ORDER BY due_at, id LIMIT %(per_host)s
    ) AS head
    WHERE coalesce(host.free_at, clock_timestamp()) <= clock_timestamp() + %(longest)s::interval
      AND (SELECT count(*) FROM entry WHERE entry.host = waiting.host AND state = 'due' AND leased_until > %(now)s) < %(per_host)s
)
UPDATE entry SET leased_until = %(until)s
WHERE id IN (
    SELECT id FROM entry
    WHERE id IN (SELECT id FROM first) AND state = 'due' AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, url, link, tries, refusals;

-- waiting --
-- When the next entry can be fetched that nobody fetches, if that is before a time; by hosts, as above.
WITH RECURSIVE waiting (host) AS (
    (SELECT host FROM entry WHERE state = 'due' ORDER BY host LIMIT 1)
    UNION ALL
    SELECT (SELECT host FROM entry WHERE state = 'due' AND entry.host > waiting.host ORDER BY host LIMIT 1)
    FROM waiting WHERE waiting.host IS NOT NULL
), first AS (
    SELECT greatest(head.due_at, host.free_at - %(longest)s::interval) AS at
    FROM waiting LEFT JOIN host ON host.host = waiting.host
    CROSS JOIN LATERAL (
        SELECT due_at FROM entry WHERE entry.host = waiting.host AND state = 'due' AND leased_until IS NULL ORDER BY due_at, id LIMIT 1
    ) AS head
)
SELECT min(at) AS first FROM first WHERE at <= %(until)s;

-- fetched --
UPDATE entry SET state = 'done', leased_until = NULL, outcome = %(outcome)s, detail = %(detail)s, tries = tries + 1 WHERE id = %(id)s;

-- failed --
-- Due again later, or quarantined: kept with its reason, and tried no more until its listing changes.
UPDATE entry
SET state = %(state)s, leased_until = NULL, outcome = %(outcome)s, detail = %(detail)s, tries = %(tries)s, refusals = %(refusals)s, due_at = %(due_at)s
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

-- lock_host --
-- One turn is given at a time: what follows in the transaction sees all earlier ones.
SELECT pg_advisory_xact_lock(7361010, hashtext(%(host)s));

-- take_turn --
-- The next start at a host, whichever worker asks; no id when that is later than anybody wants to wait, or when the host
-- has a quarter of the flights under way, and one at least. Those of the host count from when their turn was given; of the
-- others only those that have started.
WITH state AS MATERIALIZED (
    SELECT at, greatest((SELECT free_at FROM host WHERE host = %(host)s), at) AS start, flights.own, flights.under_way
    FROM (SELECT clock_timestamp() AS at OFFSET 0) AS clock,
    LATERAL (
        SELECT count(*) FILTER (WHERE host = %(host)s) AS own, count(*) FILTER (WHERE started_at <= at) AS under_way
        FROM flight WHERE until > at
    ) AS flights
), turn AS (
    INSERT INTO host (host, free_at)
    SELECT %(host)s, start + %(spacing)s FROM state WHERE start - at <= %(longest)s AND own < greatest(1, (under_way + 1) / 4)
    ON CONFLICT (host) DO UPDATE SET free_at = excluded.free_at
    RETURNING host
), flown AS (
    INSERT INTO flight (host, started_at, until) SELECT turn.host, start, start + %(flight)s FROM turn, state RETURNING id
)
SELECT (SELECT id FROM flown) AS id, start, extract(epoch FROM start - at)::float8 AS wait_seconds FROM state;

-- end_flight --
DELETE FROM flight WHERE id = %(id)s;

-- settle --
-- The end of a request: its flight, its line in the ledger, and how many the host has refused or left without an answer in
-- a row, which an answer ends; no row when that stays as it is.
WITH landed AS (
    DELETE FROM flight WHERE id = %(id)s
), entered AS (
    INSERT INTO host_day AS day (host, day, requests, refused, failed, bytes)
    VALUES (%(host)s, (clock_timestamp() AT TIME ZONE 'UTC')::date, 1, %(refused)s, %(failed)s, %(bytes)s)
    ON CONFLICT (host, day) DO UPDATE
    SET requests = day.requests + 1, refused = day.refused + excluded.refused, failed = day.failed + excluded.failed,
        bytes = day.bytes + excluded.bytes
)
UPDATE host SET in_a_row = CASE WHEN %(good)s THEN 0 ELSE in_a_row + 1 END, reason = CASE WHEN %(good)s THEN '' ELSE reason END
WHERE host = %(host)s AND CASE WHEN %(good)s THEN in_a_row > 0 ELSE %(refused)s + %(failed)s > 0 END
RETURNING in_a_row;

-- hold_host --
-- The host rests: nobody starts there before that is over.
INSERT INTO host (host, free_at, reason) VALUES (%(host)s, clock_timestamp() + %(pause)s, %(reason)s)
ON CONFLICT (host) DO UPDATE SET free_at = greatest(host.free_at, excluded.free_at), reason = excluded.reason;

-- robots --
SELECT body, fetched_at FROM robots WHERE root = %(root)s;

-- keep_robots --
INSERT INTO robots (root, body, fetched_at) VALUES (%(root)s, %(body)s, %(now)s)
ON CONFLICT (root) DO UPDATE SET body = excluded.body, fetched_at = excluded.fetched_at;

-- ledger --
-- What was asked of a host of late.
SELECT day, requests, refused, failed, bytes FROM host_day WHERE host = %(host)s ORDER BY day DESC LIMIT %(limit)s;

-- host --
SELECT host, free_at, free_at > clock_timestamp() AS rests, in_a_row, reason FROM host WHERE host = %(host)s;

-- of_source --
-- How the entries of a source ended.
SELECT coalesce(outcome, 'waiting') AS outcome, state, count(*) AS entries FROM entry WHERE source_id = %(id)s
GROUP BY 1, 2 ORDER BY 3 DESC;

-- pages_of_source --
-- What the pages of a source were, of the entries it listed since a time.
SELECT page.outcome, count(*) AS pages FROM page JOIN entry ON entry.id = page.entry_id
WHERE source_id = %(id)s AND fetched_at >= %(since)s AND page.outcome IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1;

-- quarantined_of_source --
SELECT link, outcome, detail, seen_at FROM entry WHERE source_id = %(id)s AND state = 'quarantined' ORDER BY seen_at DESC, id DESC LIMIT %(limit)s;

-- entry --
SELECT id FROM entry WHERE url = %(url)s;
