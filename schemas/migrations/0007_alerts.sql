-- Shifts that matched a rule, and the outbox. Written in the shift's transaction, so neither is lost without the other.

CREATE TABLE alert (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shift_id    bigint NOT NULL UNIQUE REFERENCES shift ON DELETE CASCADE,  -- no alarm twice
    rules       text[] NOT NULL,                      -- names of the rules that matched
    created_at  timestamptz NOT NULL
);

CREATE TABLE delivery (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id      bigint NOT NULL REFERENCES alert ON DELETE CASCADE,
    channel       text NOT NULL,                      -- name in the settings; never an address
    state         text NOT NULL CHECK (state IN ('pending', 'sent', 'dead', 'recorded')),  -- pending -> sent | dead; recorded in a replay
    tries         integer NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    sent_at       timestamptz,
    detail        text NOT NULL DEFAULT '',           -- why the last try failed
    UNIQUE (alert_id, channel)                        -- the idempotency key
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'pending';
