-- candidates --
-- Shifts of these series that may be told: not of history, and the last of their series; with the channels that have them already.
SELECT shift.id, shift.series_id, shift.observation_id, shift.from_number, shift.to_number, shift.kind, shift.origins_after,
       series.label, series.unit, series.muted_until, article.title, article.outlet, article.url, figure.slots ->> 'place' AS place,
       substring(article.text FROM lower(figure.sentence_span) + 1 FOR upper(figure.sentence_span) - lower(figure.sentence_span)) AS sentence,
       figure.low, figure.high, figure.bound, figure.unit AS figure_unit, observation.as_of,
       alert.id AS alert_id, alert.rules, alert.acknowledged_at,
       ARRAY(SELECT channel FROM delivery WHERE delivery.alert_id = alert.id) AS channels,
       ARRAY(SELECT channel FROM delivery WHERE delivery.alert_id = alert.id AND (confirmed > 0 OR message_id IS NULL)) AS not_again
FROM shift JOIN series ON series.id = shift.series_id JOIN observation ON observation.id = shift.observation_id
JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
LEFT JOIN alert ON alert.shift_id = shift.id
WHERE shift.series_id = ANY (%(series)s) AND shift.state = 'told' AND NOT article.history AND NOT article.seed
  AND NOT EXISTS (SELECT FROM backfill_shift WHERE backfill_shift.shift_id = shift.id)
  AND NOT EXISTS (
      SELECT FROM shift later JOIN observation o ON o.id = later.observation_id
      WHERE later.series_id = shift.series_id AND later.state = 'told' AND o.as_of > observation.as_of)
ORDER BY shift.id;

-- reporters --
-- Who gives a number in a series from a day on, beside one observation.
SELECT DISTINCT article.outlet, article.url, figure.low, figure.high, figure.bound, figure.unit
FROM observation JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
WHERE observation.series_id = %(series)s AND observation.as_of >= %(since)s AND observation.id <> %(observation)s AND article.relation <> 'duplicate';

-- raise --
INSERT INTO alert (shift_id, rules, created_at) VALUES (%(shift_id)s, %(rules)s, %(now)s)
ON CONFLICT (shift_id) DO NOTHING
RETURNING id;

-- raise_further --
-- More origins confirm a shift that was told, and by that it matches further rules.
UPDATE alert SET rules = rules || %(rules)s::text[] WHERE id = %(id)s;

-- escalate --
-- A delivery that still waits matters more now than when it was queued: it is looked at again.
UPDATE delivery SET severity = %(severity)s, due_at = %(now)s
WHERE alert_id = %(alert_id)s AND channel = %(channel)s AND message_id IS NULL AND state <> 'dropped'
  AND array_position(ARRAY['low', 'normal', 'high', 'critical'], severity) < array_position(ARRAY['low', 'normal', 'high', 'critical'], %(severity)s);

-- queue --
INSERT INTO delivery (alert_id, channel, severity, cool_down, state, due_at, confirmed)
VALUES (%(alert_id)s, %(channel)s, %(severity)s, %(cool_down)s, %(state)s, %(now)s, %(confirmed)s)
ON CONFLICT (alert_id, channel, confirmed) DO NOTHING;

-- channels_to_pack --
-- Channels with deliveries that are to be looked at.
SELECT DISTINCT channel FROM delivery WHERE message_id IS NULL AND state = %(state)s AND due_at <= %(now)s ORDER BY channel;

-- lock_channel --
-- One relay at a time packs a channel's deliveries; it ends with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('figurewatch alerts ' || %(channel)s, 0));

-- waiting --
-- Deliveries of a channel that are to be looked at: what decides when and with which others each goes out.
SELECT delivery.id, delivery.severity, delivery.cool_down, alert.created_at, alert.acknowledged_at, shift.series_id, shift.state AS shift_state,
       series.muted_until, observation.article_id, article.cluster_id,
       ARRAY(SELECT DISTINCT other.series_id FROM observation other WHERE other.article_id = observation.article_id) AS also
FROM delivery JOIN alert ON alert.id = delivery.alert_id JOIN shift ON shift.id = alert.shift_id JOIN series ON series.id = shift.series_id
JOIN observation ON observation.id = shift.observation_id JOIN article ON article.id = observation.article_id
WHERE delivery.channel = %(channel)s AND delivery.state = %(state)s AND delivery.message_id IS NULL AND delivery.due_at <= %(now)s
ORDER BY delivery.id LIMIT %(limit)s;

-- last_told --
-- When a channel was last told of each of these series; what was dropped was not told.
SELECT shift.series_id, max(coalesce(message.sent_at, message.created_at)) AS told_at
FROM message JOIN delivery ON delivery.message_id = message.id JOIN alert ON alert.id = delivery.alert_id JOIN shift ON shift.id = alert.shift_id
WHERE message.channel = %(channel)s AND shift.series_id = ANY (%(series)s) AND message.state NOT IN ('dead', 'dropped')
  AND delivery.state <> 'dropped'
GROUP BY shift.series_id;

-- drop --
UPDATE delivery SET state = 'dropped', detail = %(detail)s WHERE id = ANY (%(ids)s);

-- hold --
UPDATE delivery SET due_at = %(until)s WHERE id = %(id)s;

-- put_in --
UPDATE delivery SET message_id = %(message_id)s WHERE id = ANY (%(ids)s);

-- contents --
-- The shifts that a message tells, in order.
SELECT shift.id, shift.series_id, shift.from_number, shift.to_number, shift.state AS shift_state, alert.acknowledged_at, series.muted_until,
       delivery.id AS delivery, delivery.confirmed
FROM delivery JOIN alert ON alert.id = delivery.alert_id JOIN shift ON shift.id = alert.shift_id JOIN series ON series.id = shift.series_id
JOIN observation ON observation.id = shift.observation_id
WHERE delivery.message_id = %(id)s AND delivery.state <> 'dropped'
ORDER BY shift.series_id, observation.as_of, shift.id;

-- sides --
-- The two observations of a shift with their evidence, wherever later corrections and verdicts have put them.
SELECT observation.id, observation.as_of, figure.surface, figure.low, figure.high, figure.bound, figure.unit, figure.attribution AS speaker,
       article.url, article.outlet, article.title, article.seed, article.published_at,
       substring(article.text FROM lower(figure.sentence_span) + 1 FOR upper(figure.sentence_span) - lower(figure.sentence_span)) AS sentence,
       lower(figure.span) - lower(figure.sentence_span) AS number_start, upper(figure.span) - lower(figure.sentence_span) AS number_end
FROM observation JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
WHERE observation.id = ANY (%(ids)s);

-- earlier --
-- Messages of a channel that told of a series before, the first first: the thread that a new one belongs to.
SELECT DISTINCT message.id, message.place FROM message JOIN delivery ON delivery.message_id = message.id
JOIN alert ON alert.id = delivery.alert_id JOIN shift ON shift.id = alert.shift_id
WHERE message.channel = %(channel)s AND shift.series_id = %(series)s AND message.state = 'sent' AND message.kind = 'alert'
  AND message.id <> %(id)s AND delivery.state <> 'dropped'
ORDER BY message.id;

-- list --
SELECT alert.id, alert.shift_id, shift.series_id, series.label, shift.from_number, shift.to_number, shift.kind, alert.rules, alert.created_at,
       alert.acknowledged_at, alert.note,
       array_agg(delivery.channel || ' ' || CASE
           WHEN delivery.state = 'dropped' THEN delivery.state
           WHEN message.state IS NOT NULL AND message.state <> 'pending' THEN message.state
           WHEN message.tries > 0 THEN 'tried ' || message.tries || CASE message.tries WHEN 1 THEN ' time' ELSE ' times' END
           WHEN delivery.state = 'pending' AND delivery.message_id IS NULL AND delivery.due_at > alert.created_at
               THEN 'held until ' || to_char(delivery.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
           ELSE delivery.state END ORDER BY delivery.channel) FILTER (WHERE delivery.id IS NOT NULL) AS deliveries
FROM alert JOIN shift ON shift.id = alert.shift_id JOIN series ON series.id = shift.series_id
LEFT JOIN delivery ON delivery.alert_id = alert.id LEFT JOIN message ON message.id = delivery.message_id
WHERE NOT %(open_only)s OR alert.acknowledged_at IS NULL
GROUP BY alert.id, shift.id, series.id ORDER BY alert.id DESC LIMIT %(limit)s;

-- acknowledge --
UPDATE alert SET acknowledged_at = %(now)s, note = %(note)s WHERE id = ANY (%(ids)s) AND acknowledged_at IS NULL RETURNING id;

-- known --
SELECT id FROM alert WHERE id = ANY (%(ids)s);

-- export --
SELECT article.url, shift.series_id AS series, shift.from_number AS "from", shift.to_number AS "to", shift.kind, alert.rules, alert.created_at,
       delivery.channel, CASE WHEN delivery.state = 'dropped' THEN delivery.state ELSE coalesce(message.state, delivery.state) END AS state, message.sent_at, delivery.severity, delivery.confirmed, delivery.message_id AS message
FROM alert JOIN shift ON shift.id = alert.shift_id JOIN observation ON observation.id = shift.observation_id
JOIN article ON article.id = observation.article_id LEFT JOIN delivery ON delivery.alert_id = alert.id
LEFT JOIN message ON message.id = delivery.message_id
ORDER BY alert.id, delivery.channel;

-- next_recorded --
-- In a replay: when the next delivery that would go out is to be looked at.
SELECT min(due_at) AS at FROM delivery WHERE state = 'recorded' AND message_id IS NULL;

-- recorded --
-- In a replay: the messages that would have gone out.
SELECT message.id, message.channel, message.kind, message.severity, message.created_at AS at,
       (SELECT array_agg(DISTINCT rule ORDER BY rule) FROM delivery JOIN alert ON alert.id = delivery.alert_id, unnest(alert.rules) rule
        WHERE delivery.message_id = message.id) AS rules
FROM message WHERE message.state = 'recorded' ORDER BY message.created_at, message.id;

-- trouble --
-- A trouble that stands already is not told again.
INSERT INTO trouble (about, text, raised_at) VALUES (%(about)s, %(text)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING about;

-- trouble_over --
UPDATE trouble SET over_at = %(now)s WHERE about = %(about)s AND over_at IS NULL RETURNING text, raised_at;

-- last_polls --
-- Whether polls of late brought anything at all.
SELECT count(*) AS polls, count(*) FILTER (WHERE outcome IN ('fetched', 'not_modified')) AS good, min(polled_at) AS first
FROM poll WHERE polled_at > %(since)s;
