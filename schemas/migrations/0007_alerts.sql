-- Shifts that matched a rule, and the outbox. Alert and deliveries are written in the shift's transaction, so neither is lost
-- without the other; the relay packs deliveries that are due into messages, and a message is what is sent, and tried again.

CREATE TABLE installation (                           -- one row: keeps our messages apart from another figurewatch's in one mailbox
    id  uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO installation DEFAULT VALUES;

CREATE TABLE alert (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shift_id        bigint NOT NULL UNIQUE REFERENCES shift ON DELETE CASCADE,  -- no alarm twice
    rules           text[] NOT NULL,                  -- names of the rules that matched
    created_at      timestamptz NOT NULL,
    acknowledged_at timestamptz,                      -- somebody has seen to it: what has not gone out yet is dropped
    note            text NOT NULL DEFAULT ''          -- what that somebody said
);

CREATE TABLE message (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel       text NOT NULL,                      -- name in the settings; never an address
    kind          text NOT NULL CHECK (kind IN ('alert', 'digest', 'service')),  -- service: what we say of ourselves, to the owner
    severity      text NOT NULL CHECK (severity IN ('low', 'normal', 'high', 'critical')),  -- the highest of what it tells
    state         text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'dead', 'dropped', 'recorded')),  -- pending <-> sending -> sent | dead; dead -> pending by hand; dropped: nothing of it holds any more; recorded in a replay
    text          text NOT NULL DEFAULT '',           -- of a service's message; what an alert says is made when it is sent
    about         text NOT NULL DEFAULT '',           -- of a service's message: what its thread is about
    created_at    timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    tries         integer NOT NULL DEFAULT 0,
    leased_until  timestamptz,                        -- a relay has it until then
    unsure        boolean NOT NULL DEFAULT false,     -- a try ended without an answer: it may have arrived
    repeated      boolean NOT NULL DEFAULT false,     -- sent again after such a try, and said to be: this happens once
    sent_at       timestamptz,
    place         text NOT NULL DEFAULT '',           -- where the channel put it, as it said itself; replies are sent there
    detail        text NOT NULL DEFAULT ''            -- why the last try failed
);
CREATE INDEX message_due ON message (channel, due_at, id) WHERE state IN ('pending', 'sending');

CREATE TABLE delivery (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id      bigint NOT NULL REFERENCES alert ON DELETE CASCADE,
    channel       text NOT NULL,                      -- name in the settings; never an address
    severity      text NOT NULL CHECK (severity IN ('low', 'normal', 'high', 'critical')),  -- the highest of the rules that name the channel
    cool_down     interval NOT NULL DEFAULT '0',      -- after a message on its series it waits so long: the shortest of those rules
    state         text NOT NULL CHECK (state IN ('pending', 'dropped', 'recorded')),  -- pending -> dropped before it is in a message; then the message's state counts; recorded in a replay
    due_at        timestamptz NOT NULL,               -- looked at again then: quiet hours, digests and cool-downs hold it
    message_id    bigint REFERENCES message ON DELETE SET NULL,
    detail        text NOT NULL DEFAULT '',           -- why it was dropped
    confirmed     integer NOT NULL DEFAULT 0,         -- told again, where a rule asks for it, when so many independent reports give the number
    UNIQUE (alert_id, channel, confirmed)             -- the idempotency key
);
CREATE INDEX delivery_due ON delivery (channel, due_at) WHERE message_id IS NULL AND state <> 'dropped';
CREATE INDEX delivery_message ON delivery (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE channel (                                -- what is known of a channel by its deliveries; written by the relay
    name          text PRIMARY KEY,
    hold_until    timestamptz,                        -- it failed, or asked for a pause: nothing is sent to it before
    failures      integer NOT NULL DEFAULT 0,         -- in a row
    failing_since timestamptz,
    detail        text NOT NULL DEFAULT ''            -- of the last failure
);

CREATE TABLE trouble (                                -- of the service itself: told to the owner once when it begins and once when it is over
    about      text NOT NULL,                         -- 'channel desk', 'fetching', 'disk'
    text       text NOT NULL,                         -- one line for a person
    raised_at  timestamptz NOT NULL,
    over_at    timestamptz
);
CREATE UNIQUE INDEX trouble_standing ON trouble (about) WHERE over_at IS NULL;
