-- raise --
INSERT INTO alert (shift_id, rules, created_at) VALUES (%(shift_id)s, %(rules)s, %(now)s)
ON CONFLICT (shift_id) DO NOTHING
RETURNING id;

-- queue --
INSERT INTO delivery (alert_id, channel, state, due_at) VALUES (%(alert_id)s, %(channel)s, %(state)s, %(now)s)
ON CONFLICT (alert_id, channel) DO NOTHING;

-- lease_due --
UPDATE delivery SET leased_until = %(until)s, tries = tries + 1
WHERE id IN (
    SELECT id FROM delivery
    WHERE state = 'pending' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, alert_id, channel, tries;

-- of_delivery --
SELECT alert.id, alert.shift_id, shift.series_id FROM alert JOIN shift ON shift.id = alert.shift_id WHERE alert.id = %(id)s;

-- sent --
UPDATE delivery SET state = 'sent', sent_at = %(now)s, leased_until = NULL, detail = '' WHERE id = %(id)s;

-- not_sent --
UPDATE delivery SET state = %(state)s, due_at = %(due_at)s, leased_until = NULL, detail = %(detail)s WHERE id = %(id)s;

-- list --
SELECT alert.id, alert.shift_id, series.label, shift.from_number, shift.to_number, shift.kind, alert.rules, alert.created_at,
       array_agg(delivery.channel || ' ' || delivery.state ORDER BY delivery.channel) FILTER (WHERE delivery.id IS NOT NULL) AS deliveries
FROM alert JOIN shift ON shift.id = alert.shift_id JOIN series ON series.id = shift.series_id
LEFT JOIN delivery ON delivery.alert_id = alert.id
GROUP BY alert.id, shift.id, series.id ORDER BY alert.id DESC LIMIT %(limit)s;

-- retry --
-- Dead deliveries are due again.
UPDATE delivery SET state = 'pending', tries = 0, due_at = %(now)s, detail = '' WHERE state = 'dead' RETURNING id;

-- export --
SELECT article.url, shift.series_id AS series, shift.from_number AS "from", shift.to_number AS "to", shift.kind, alert.rules, alert.created_at,
       delivery.channel, delivery.state, delivery.sent_at
FROM alert JOIN shift ON shift.id = alert.shift_id JOIN observation ON observation.id = shift.observation_id
JOIN article ON article.id = observation.article_id LEFT JOIN delivery ON delivery.alert_id = alert.id
ORDER BY alert.id, delivery.channel;
