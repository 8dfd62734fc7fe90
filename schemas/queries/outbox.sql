-- write --
INSERT INTO message (channel, kind, severity, state, text, about, created_at, due_at)
VALUES (%(channel)s, %(kind)s, %(severity)s, %(state)s, %(text)s, %(about)s, %(now)s, %(now)s)
RETURNING id;

-- channels --
-- Channels that have a message due, and are not left alone.
SELECT DISTINCT channel FROM message
WHERE kind = ANY (%(kinds)s) AND state IN ('pending', 'sending') AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
  AND NOT EXISTS (SELECT FROM channel held WHERE held.name = message.channel AND held.hold_until > %(now)s)
ORDER BY channel;

-- lease --
-- The next message of a channel, for one try. One that is found sending was left by a relay that died: it may have arrived.
UPDATE message SET leased_until = %(until)s, unsure = unsure OR state = 'sending', state = 'pending'
WHERE id = (
    SELECT id FROM message
    WHERE channel = %(channel)s AND kind = ANY (%(kinds)s) AND state IN ('pending', 'sending') AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
      AND NOT EXISTS (SELECT FROM channel held WHERE held.name = message.channel AND held.hold_until > %(now)s)
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, channel, kind, severity, text, about, tries, unsure, repeated, leased_until;

-- earlier_about --
-- The same of what the service said of one thing.
SELECT id, place FROM message
WHERE channel = %(channel)s AND about = %(about)s AND about <> '' AND state = 'sent' AND kind = 'service' AND id <> %(id)s
ORDER BY id;

-- installation --
SELECT id::text FROM installation;

-- sending --
-- The try begins: from here to its recorded end nobody can know whether it arrived. No row: another relay has it.
UPDATE message SET state = 'sending', tries = tries + 1, repeated = repeated OR %(repeat)s
WHERE id = %(id)s AND state = 'pending' AND leased_until = %(leased_until)s
RETURNING tries;

-- ended --
-- How a message's try ended; whoever's lease was over meanwhile changes nothing.
UPDATE message SET state = %(state)s, due_at = %(due_at)s, leased_until = NULL, sent_at = %(sent_at)s, place = %(place)s, detail = %(detail)s,
                   unsure = unsure OR %(unsure)s, repeated = repeated AND NOT %(not_arrived)s, tries = tries + %(tries)s
WHERE id = %(id)s AND leased_until = %(leased_until)s AND state IN ('pending', 'sending');

-- channel --
SELECT failures FROM channel WHERE name = %(name)s;

-- channel_failed --
INSERT INTO channel (name, hold_until, failures, failing_since, detail) VALUES (%(name)s, %(hold_until)s, 1, %(now)s, %(detail)s)
ON CONFLICT (name) DO UPDATE
SET hold_until = greatest(channel.hold_until, excluded.hold_until), failures = channel.failures + 1, detail = excluded.detail,
    failing_since = coalesce(channel.failing_since, excluded.failing_since)
RETURNING failures;

-- channel_works --
UPDATE channel SET hold_until = NULL, failures = 0, failing_since = NULL, detail = '' WHERE name = %(name)s AND (failures > 0 OR hold_until IS NOT NULL);

-- known_channels --
-- What is known of channels by their deliveries.
SELECT name, hold_until, failures, failing_since, detail,
       (SELECT count(*) FROM message WHERE message.channel = channel.name AND message.state = 'dead') AS dead,
       (SELECT count(*) FROM message WHERE message.channel = channel.name AND message.state IN ('pending', 'sending')) AS waiting
FROM channel ORDER BY name;

-- waiting --
-- Messages that have not arrived, and what holds them.
SELECT message.id, message.channel, message.kind, message.state, message.tries, message.due_at, message.unsure, message.detail,
       count(delivery.id) AS alerts
FROM message LEFT JOIN delivery ON delivery.message_id = message.id
WHERE message.state IN ('pending', 'sending', 'dead')
GROUP BY message.id ORDER BY message.id LIMIT %(limit)s;

-- retry --
-- Dead messages are due again, and their channels are asked at once.
WITH again AS (
    UPDATE message SET state = 'pending', tries = 0, due_at = %(now)s, detail = '', leased_until = NULL, repeated = false
    WHERE state = 'dead' AND (%(channel)s::text IS NULL OR channel = %(channel)s)
    RETURNING id, channel
), free AS (
    UPDATE channel SET hold_until = NULL WHERE name IN (SELECT channel FROM again)
)
SELECT id, channel FROM again ORDER BY id;

