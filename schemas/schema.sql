-- The whole database as it stands. Migrations build the same; a test compares the two.

-- Sources that are polled, each poll's outcome, and what their owner should know.

CREATE TABLE source (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url             text NOT NULL UNIQUE,            -- feed or sitemap, as configured or added: what it is known by
    address         text NOT NULL,                   -- what is polled: url, until a permanent redirect has held for a while
    host            text NOT NULL,                   -- whose gate its polls pass
    outlet          text NOT NULL DEFAULT '',        -- the outlet's name, as alerts show it
    kind            text NOT NULL DEFAULT 'feed' CHECK (kind IN ('feed', 'sitemap')),
    origin          text NOT NULL DEFAULT 'settings' CHECK (origin IN ('settings', 'added')),  -- added: by hand, or from an OPML file
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'retired', 'dropped')),  -- active <-> paused by hand; active -> retired by 410; active <-> dropped when the settings no longer name it
    every_seconds   integer NOT NULL CHECK (every_seconds > 0),  -- as set: the interval to begin with, and what its bounds are taken from
    interval_seconds double precision NOT NULL CHECK (interval_seconds > 0),  -- as it stands, by how many new entries polls bring
    due_at          timestamptz NOT NULL,            -- next poll; moved by the poll that was done
    leased_until    timestamptz,                     -- a worker polls it until then; over time it is free again
    ttl_seconds     integer,                         -- what the feed asks to wait between two polls; null: it does not
    skip_hours      integer[] NOT NULL DEFAULT '{}', -- hours of the day, UTC, in which it asks not to be polled
    skip_days       integer[] NOT NULL DEFAULT '{}', -- 0 is Monday
    etag            text NOT NULL DEFAULT '',
    last_modified   text NOT NULL DEFAULT '',
    body_sha256     bytea,                           -- of the last body: an unchanged one is not read again
    not_modified    integer NOT NULL DEFAULT 0,      -- 304s so far: every so many one is checked
    trust           real NOT NULL DEFAULT 1 CHECK (trust BETWEEN 0 AND 1),  -- in its 304s; low: it is asked without conditions
    failures        integer NOT NULL DEFAULT 0,      -- in a row
    trouble         real NOT NULL DEFAULT 0,         -- the same, each by its weight: so many intervals are added to the next wait, up to a day
    moved_to        text NOT NULL DEFAULT '',        -- where it redirects for good, as it says
    moved_since     timestamptz,
    last_new_at     timestamptz,                     -- when a poll last brought something new
    usual_gap       interval,                        -- between two such polls, the longest of late; null: not known yet
    gaps            integer NOT NULL DEFAULT 0,      -- how many gaps that rests on
    last_polled_at  timestamptz,
    last_outcome    text,                            -- FetchOutcome
    last_detail     text NOT NULL DEFAULT ''
);
CREATE INDEX source_due ON source (due_at) WHERE state = 'active';
CREATE INDEX source_address ON source (address);

CREATE TABLE sitemap_part (                          -- what a sitemap index lists, once read
    source_id   bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    url         text NOT NULL,
    updated_at  timestamptz,                         -- as the index said when it was read
    read_at     timestamptz NOT NULL,
    PRIMARY KEY (source_id, url)
);

CREATE TABLE poll (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    polled_at   timestamptz NOT NULL,
    outcome     text NOT NULL,                       -- FetchOutcome
    detail      text NOT NULL DEFAULT '',
    listed      integer NOT NULL DEFAULT 0,          -- entries in the document
    new         integer NOT NULL DEFAULT 0           -- of those, not seen before or changed
);
CREATE INDEX poll_source ON poll (source_id, polled_at);
CREATE INDEX poll_polled ON poll (polled_at);

CREATE TABLE notice (                                -- to the owner: about sources, not about numbers
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    kind        text NOT NULL CHECK (kind IN ('failing', 'silent', 'recovered', 'moved', 'retired')),
    text        text NOT NULL,                       -- one line for a person
    raised_at   timestamptz NOT NULL,
    over_at     timestamptz,                         -- of failing and silent: when it was over
    state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),  -- pending also where nobody is to be told: it is shown only
    due_at      timestamptz NOT NULL,
    leased_until timestamptz,
    tries       integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX notice_standing ON notice (source_id, kind) WHERE over_at IS NULL AND kind IN ('failing', 'silent');  -- each trouble is told once
CREATE INDEX notice_due ON notice (due_at) WHERE state = 'pending';

-- Entries to fetch, the bytes of every page fetched, and the gate of each host with its ledger.

CREATE TABLE entry (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id     bigint REFERENCES source ON DELETE SET NULL,  -- null: read in from an archive
    url           text NOT NULL UNIQUE,               -- canonical form of the listed link: one article, whichever feed lists it
    link          text NOT NULL,                      -- as listed; what is requested
    host          text NOT NULL DEFAULT '',           -- whose gate the request passes
    title         text NOT NULL DEFAULT '',
    outlet        text NOT NULL DEFAULT '',
    authors       text[] NOT NULL DEFAULT '{}',
    language      text NOT NULL DEFAULT '',
    published_at  timestamptz,                        -- what the feed or the archive says
    listed_sha256 bytea NOT NULL,                     -- of what the feed says: a change means that the page is fetched again
    relisted      integer NOT NULL DEFAULT 0,         -- how often a change of its listing made it due again; there is a limit
    history       boolean NOT NULL DEFAULT false,     -- backfilled: takes its place in the series and wakes nobody
    seen_at       timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'quarantined')),  -- due -> done | quarantined; done -> due when its listing changes
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    tries         integer NOT NULL DEFAULT 0,
    outcome       text,                               -- FetchOutcome of the last try
    detail        text NOT NULL DEFAULT ''
);
CREATE INDEX entry_due ON entry (host, due_at, id) WHERE state = 'due';
CREATE INDEX entry_leased ON entry (host) WHERE state = 'due' AND leased_until IS NOT NULL;
CREATE INDEX entry_source ON entry (source_id);

CREATE TABLE page (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id      bigint NOT NULL REFERENCES entry ON DELETE CASCADE,
    final_url     text NOT NULL,                      -- after redirects
    content_type  text NOT NULL,
    fetched_at    timestamptz NOT NULL,
    body          bytea,                              -- zlib; null once it was kept for as long as the settings say
    body_sha256   bytea NOT NULL,                     -- of the plain bytes
    state         text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'quarantined')),
    leased_until  timestamptz,
    tries         integer NOT NULL DEFAULT 0,
    outcome       text,                               -- ArticleOutcome
    detail        text NOT NULL DEFAULT '',
    UNIQUE (entry_id, body_sha256)                    -- the same bytes again are no new page
);
CREATE INDEX page_due ON page (id) WHERE state = 'due';
CREATE INDEX page_kept ON page (fetched_at) WHERE body IS NOT NULL;

CREATE TABLE host (                                   -- the one gate for feeds, pages, robots.txt and backfill
    host          text PRIMARY KEY,                   -- name, and port where it is not the usual one; without "www."
    free_at       timestamptz NOT NULL,               -- the next request may start then
    in_a_row      integer NOT NULL DEFAULT 0,         -- requests that it refused or left without an answer, in a row
    reason        text NOT NULL DEFAULT ''            -- why it rests, where it does
);

CREATE TABLE flight (                                 -- requests under way: none has more than its share of them
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host          text NOT NULL,
    started_at    timestamptz NOT NULL,               -- when its turn is
    until         timestamptz NOT NULL                -- over time it counts no more: its worker died
);
CREATE INDEX flight_host ON flight (host);

CREATE TABLE host_day (                               -- the ledger
    host          text NOT NULL,
    day           date NOT NULL,
    requests      integer NOT NULL DEFAULT 0,
    refused       integer NOT NULL DEFAULT 0,         -- of those, answered with 403, 429 or 503
    failed        integer NOT NULL DEFAULT 0,         -- of those, without an answer
    bytes         bigint NOT NULL DEFAULT 0,          -- of bodies, unpacked
    PRIMARY KEY (host, day)
);

CREATE TABLE robots (
    root          text PRIMARY KEY,                   -- scheme, name and port
    body          text NOT NULL,                      -- of robots.txt; empty where there is none
    fetched_at    timestamptz NOT NULL
);

-- Articles as extracted from their pages. Each row holds the outcome of every stage that read it.

CREATE TABLE article (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    page_id          bigint UNIQUE REFERENCES page ON DELETE SET NULL,  -- null: a seed that came as a corpus pack
    url              text NOT NULL,                   -- canonical
    revision         integer NOT NULL DEFAULT 1,      -- the publisher's edits of one URL count up
    outlet           text NOT NULL,
    title            text NOT NULL,
    authors          text[] NOT NULL DEFAULT '{}',
    language         text NOT NULL,                   -- ISO 639-1, "und" when unknown
    credit           text NOT NULL DEFAULT '',        -- agency or outlet that the text credits
    published_at     timestamptz,                     -- the publisher's say, as it stands
    as_of            timestamptz NOT NULL,            -- published_at, or when it was fetched if that is missing or in the future
    fetched_at       timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    text             text NOT NULL,                   -- empty for a seed from a pack
    seed             boolean NOT NULL DEFAULT false,
    history          boolean NOT NULL DEFAULT false,
    relation         text NOT NULL CHECK (relation IN ('original', 'duplicate', 'update')),  -- outcome of copies
    duplicate_of     bigint REFERENCES article,       -- what it repeats; set for duplicate and update
    cluster_id       bigint NOT NULL,                 -- id of the cluster's first article: its origin
    copy_layer       text NOT NULL DEFAULT '',
    copy_similarity  real NOT NULL DEFAULT 0,         -- in [0, 1]
    copy_reason      text NOT NULL DEFAULT '',
    copy_shared      integer[] NOT NULL DEFAULT '{}', -- aligned sentences, flat pairs: here, there
    figures_outcome  text NOT NULL,                   -- FigureOutcome
    series_outcome   text NOT NULL,                   -- SeriesOutcome
    analysis_version text NOT NULL,                   -- of the analysis that the row and its figures come from
    sources          jsonb NOT NULL DEFAULT '{}',     -- field -> the places of its page that it was taken from
    UNIQUE (url, revision)
);
CREATE INDEX article_cluster ON article (cluster_id);
CREATE INDEX article_parent ON article (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX article_as_of ON article (as_of);

-- Which place of its pages tells a site's titles, learnt where the site's own list could be compared with it.
CREATE TABLE title_habit (
    site     text NOT NULL,                           -- registrable domain
    source   text NOT NULL,                           -- place of a page, as article.sources names it
    agreed   integer NOT NULL,                        -- articles where it told the title that the list told; halved now and then
    differed integer NOT NULL,                        -- articles where it told another, and another place the list's
    PRIMARY KEY (site, source)
);

CREATE TABLE seed_pack (
    name      text PRIMARY KEY,                       -- as in the settings: its documents are read in once
    added_at  timestamptz NOT NULL
);

-- What copies are recognised by. Holds no text: a seed from a corpus pack is as good as an article.

CREATE TABLE fingerprint (
    article_id  bigint PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    version     integer NOT NULL,                     -- those of another version are never compared
    sketch      bytea NOT NULL                        -- the fingerprint as a whole, packed
);

CREATE TABLE copy_key (
    key         bigint NOT NULL,                      -- of wording, of names with numbers, of the whole text: two near texts share some
    article_id  bigint NOT NULL,                      -- no duplicate: what repeats one repeats its parent. No foreign key: 28 checks an article
    PRIMARY KEY (key, article_id)
);
CREATE INDEX copy_key_article ON copy_key (article_id);

CREATE TABLE seed_document (                          -- documents of corpus packs: on their way in, then until their figures are placed
    id                bigint PRIMARY KEY DEFAULT nextval(pg_get_serial_sequence('article', 'id')),  -- of the article that it becomes
    state             text NOT NULL DEFAULT 'read' CHECK (state IN ('read', 'alone', 'waiting')),  -- read -> waiting, or read -> alone (judged by itself) -> waiting; then gone
    url               text NOT NULL,
    origin            text NOT NULL,                  -- url of the first of its cluster in the pack
    parent            text,                           -- url of what it repeats, as its pack says
    outlet            text NOT NULL,
    language          text NOT NULL,
    credit            text NOT NULL,
    published_at      timestamptz,
    as_of             timestamptz NOT NULL,
    relation          text,                           -- null: the pack does not say; it is judged by itself
    copy_layer        text NOT NULL DEFAULT '',
    copy_similarity   real NOT NULL DEFAULT 0,
    copy_reason       text NOT NULL DEFAULT '',
    copy_shared       integer[] NOT NULL DEFAULT '{}',
    figures_outcome   text NOT NULL,
    analysis_version  text NOT NULL,
    fingerprint_version integer NOT NULL,
    sketch            bytea NOT NULL,
    keys              bigint[] NOT NULL,
    said              bytea NOT NULL                  -- figures and what linking compares, as the pack has them
);
ALTER TABLE seed_document ALTER COLUMN said SET STORAGE EXTERNAL, ALTER COLUMN sketch SET STORAGE EXTERNAL;  -- both are compressed
CREATE INDEX seed_document_waiting ON seed_document (as_of, id) WHERE state = 'waiting';
CREATE INDEX seed_document_url ON seed_document (url);

-- Reported quantities and attributed statements. Spans are half-open offsets into article.text.

CREATE TABLE figure (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id      bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    position        integer NOT NULL,                 -- order in the article, from 0
    sentence        integer NOT NULL,                 -- index of its sentence, from 0
    span            int4range NOT NULL,
    sentence_span   int4range NOT NULL,
    surface         text NOT NULL,
    low             numeric,
    high            numeric,
    bound           text NOT NULL,
    unit            text NOT NULL,
    rate            text,
    measured        text NOT NULL,
    role            text NOT NULL,
    direction       text,                             -- of a change: up, down
    attribution     text,
    as_of           text,                             -- date or period as worded, where it is not the report's own
    as_of_start     date,                             -- its first day, counted from the day of publication
    as_of_end       date,
    withdrawal      boolean NOT NULL DEFAULT false,   -- the text takes this number, or the one before it, back
    slots           jsonb NOT NULL,
    UNIQUE (article_id, position),
    CHECK (low IS NOT NULL OR high IS NOT NULL)
);

CREATE TABLE claim (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id  bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    position    integer NOT NULL,
    span        int4range NOT NULL,
    speaker     text NOT NULL,
    cue         text NOT NULL,
    quote       boolean NOT NULL,
    kind        text NOT NULL,                        -- what speaks: person, body, document, poll, group; empty when unknown
    title       text NOT NULL,                        -- a person's role
    organisation text NOT NULL,                       -- the body that a person speaks for
    hedged      boolean NOT NULL,                     -- given as possible or likely only
    denied      boolean NOT NULL,
    UNIQUE (article_id, position)
);

-- Series, the figures placed in them, and the shifts that follow.

CREATE TABLE series (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    label       text NOT NULL,                        -- "measured" of its clearest figure
    unit        text NOT NULL,
    dimension   text NOT NULL,                        -- units of one dimension convert
    rate        text,
    role        text NOT NULL,
    muted_until timestamptz,
    created_at  timestamptz NOT NULL
);

CREATE TABLE observation (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id   bigint NOT NULL REFERENCES series,
    figure_id   bigint NOT NULL UNIQUE REFERENCES figure ON DELETE CASCADE,  -- a figure stands in one series
    article_id  bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    as_of       timestamptz NOT NULL,                 -- the article's; its parent's where the sentence is the parent's
    family      text NOT NULL,                        -- dimension and role: figures of two families are never one series
    number      double precision NOT NULL,            -- in the base unit of its dimension
    wording     bytea NOT NULL,                       -- embedding of the words around it, 8 bits a dimension
    mention     jsonb NOT NULL                        -- what linking compares
);
CREATE INDEX observation_series ON observation (series_id, as_of);
CREATE INDEX observation_article ON observation (article_id);

-- Under which words an article is found by others on the same story. Only the latest of a key are read, so that what an article
-- costs does not grow with the archive.
CREATE TABLE article_key (
    key        bigint NOT NULL,
    as_of      timestamptz NOT NULL,
    article_id bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    PRIMARY KEY (key, as_of, article_id)
);
CREATE INDEX article_key_article ON article_key (article_id);

CREATE TABLE shift (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id       bigint NOT NULL REFERENCES series ON DELETE CASCADE,
    observation_id  bigint NOT NULL UNIQUE REFERENCES observation ON DELETE CASCADE,  -- the first that gives the new number
    before_id       bigint NOT NULL REFERENCES observation ON DELETE CASCADE,         -- the one that stood
    from_number     numeric NOT NULL,                 -- in the unit of to_number
    to_number       numeric NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('increase', 'decrease', 'conflict', 'correction')),
    origins_before  integer NOT NULL,                 -- independent origins that report the old number; re-graded
    origins_after   integer NOT NULL,
    reason          text NOT NULL,
    state           text NOT NULL DEFAULT 'told' CHECK (state IN ('told', 'withdrawn')),  -- withdrawn: what came later shows that it was none
    detected_at     timestamptz NOT NULL
);
CREATE INDEX shift_series ON shift (series_id);

CREATE TABLE correction (                             -- what a person decided; kept apart from what the machine said
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('merge', 'split', 'rename')),
    series_id    bigint NOT NULL,                     -- the series that stays; moves along when that one is merged
    other_id     bigint,                              -- merge: the one that ended; split: the new one
    observations bigint[] NOT NULL DEFAULT '{}',      -- those moved, so that the machine's own placing can be told
    label        text,
    made_at      timestamptz NOT NULL
);
CREATE INDEX correction_series ON correction (series_id);

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

-- History that is read in: one cursor for every kind of archive, what was read and waits to be recorded, and where it came from.

CREATE TABLE backfill (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('jsonl', 'folder', 'warc', 'feed', 'sitemap', 'wordpress', 'wayback')),
    named       text[] NOT NULL,                      -- files, folders or addresses, as given
    wanted      jsonb NOT NULL,                       -- dates, words, languages, hosts: which documents are wanted
    digest      bytea NOT NULL,                       -- of kind, named and wanted: the same command goes on with the same backfill
    most        bigint,                               -- documents to record at most; null: all
    state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'done')),  -- running <-> paused by hand; either -> cancelled by hand; running -> done
    started_at  timestamptz NOT NULL,                 -- documents without a date of their own were known then
    ended_at    timestamptz,
    counts      jsonb NOT NULL DEFAULT '{}'           -- what recording came to, by outcome; written by whoever holds the recording lock
);
CREATE UNIQUE INDEX backfill_open ON backfill (digest) WHERE state IN ('running', 'paused');

CREATE TABLE backfill_unit (                          -- a file, a list of addresses: what one worker reads at a time
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE,
    place        integer[] NOT NULL,                  -- its turn to be recorded; units found in a unit follow it
    kind         text NOT NULL,                       -- the module that reads it
    source       text NOT NULL,                       -- file or address
    payload      jsonb NOT NULL DEFAULT '{}',         -- what else its module must know
    state        text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'failed')),  -- due -> done | failed; failed -> due when the backfill is resumed
    position     text NOT NULL DEFAULT '',            -- where to read on, in its module's words; moved together with what was read
    batches      integer NOT NULL DEFAULT 0,          -- read so far
    children     integer NOT NULL DEFAULT 0,          -- units found in it so far; numbers their places
    recorded     integer NOT NULL DEFAULT 0,          -- of those, recorded
    size         bigint NOT NULL DEFAULT 0,           -- bytes or addresses in all; 0: not known
    passed       bigint NOT NULL DEFAULT 0,           -- of those, read
    examples     text[] NOT NULL DEFAULT '{}',        -- the first few of what could not be read, and why
    counts       jsonb NOT NULL DEFAULT '{}',         -- what reading came to, by outcome; written by whoever holds the lease
    due_at       timestamptz NOT NULL,
    leased_until timestamptz,
    leased_by    integer,                             -- number of the worker's advisory lock: when that is gone the lease is, too
    tries        integer NOT NULL DEFAULT 0,          -- leases since it last got on
    detail       text NOT NULL DEFAULT '',            -- why it failed, or what it waits for
    UNIQUE (backfill_id, place)
);
CREATE INDEX backfill_unit_due ON backfill_unit (backfill_id, place) WHERE state = 'due';
CREATE INDEX backfill_unit_unrecorded ON backfill_unit (backfill_id, place) WHERE state = 'due' OR recorded < batches;

CREATE TABLE backfill_record (                        -- read and analysed, waits for its turn
    unit_id      bigint NOT NULL REFERENCES backfill_unit ON DELETE CASCADE,
    batch        integer NOT NULL,
    position     integer NOT NULL,                    -- in the batch
    entry        jsonb NOT NULL,                      -- as a feed would list it
    final_url    text NOT NULL,
    content_type text NOT NULL,
    fetched_at   timestamptz NOT NULL,                -- when the archive took it
    body         bytea NOT NULL,                      -- zlib
    body_sha256  bytea NOT NULL,
    result       bytea NOT NULL,                      -- the analysis, packed
    PRIMARY KEY (unit_id, batch, position)
);

CREATE TABLE backfill_listed (                        -- addresses that some listing gave already: each is fetched once
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE,
    key          bytea NOT NULL,                      -- first half of the SHA-256 of its canonical form
    PRIMARY KEY (backfill_id, key)
);

CREATE TABLE backfill_page (                          -- which pages came from which backfill
    page_id      bigint PRIMARY KEY REFERENCES page ON DELETE CASCADE,
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE
);
CREATE INDEX backfill_page_of ON backfill_page (backfill_id);

CREATE TABLE backfill_shift (                         -- shifts that history brought to light: nobody is woken for them, ever
    shift_id     bigint PRIMARY KEY REFERENCES shift ON DELETE CASCADE,
    backfill_id  bigint NOT NULL REFERENCES backfill ON DELETE CASCADE
);

-- The service: whose each lease is, what passes came to, and what is counted for the page of metrics.

-- A lease names the process that took it. Each process holds an advisory lock under its number for as long as it lives, so
-- that what a killed one had taken is free again at once, not when the lease lapses. A trigger, since every stage leases.
CREATE FUNCTION name_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.leased_by := nullif(current_setting('figurewatch.process', true), '')::integer;
    RETURN NEW;
END
$$;

ALTER TABLE source ADD COLUMN leased_by integer;      -- of the process that polls it; null: one that does not say
ALTER TABLE entry ADD COLUMN leased_by integer;
ALTER TABLE page ADD COLUMN leased_by integer;
ALTER TABLE message ADD COLUMN leased_by integer;
ALTER TABLE notice ADD COLUMN leased_by integer;
CREATE TRIGGER source_holder BEFORE UPDATE OF leased_until ON source FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER entry_holder BEFORE UPDATE OF leased_until ON entry FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER page_holder BEFORE UPDATE OF leased_until ON page FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER message_holder BEFORE UPDATE OF leased_until ON message FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();
CREATE TRIGGER notice_holder BEFORE UPDATE OF leased_until ON notice FOR EACH ROW WHEN (NEW.leased_until IS NOT NULL) EXECUTE FUNCTION name_holder();

-- What stands in quarantine is counted at every look.
CREATE INDEX entry_quarantined ON entry (id) WHERE state = 'quarantined';
CREATE INDEX page_quarantined ON page (id) WHERE state = 'quarantined';

-- Dropping an observation asks whether a shift rests on it.
CREATE INDEX shift_before ON shift (before_id);

CREATE TABLE pass (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker    text NOT NULL,                          -- machine and process
    process   integer,                                -- its number among the holders of leases
    began_at  timestamptz NOT NULL,
    ended_at  timestamptz,                            -- null: under way, or its process died
    outcome   text CHECK (outcome IN ('done', 'stopped', 'failed')),
    done      jsonb NOT NULL DEFAULT '{}',            -- counts by stage and outcome
    detail    text NOT NULL DEFAULT ''                -- of one that failed: why
);
CREATE INDEX pass_began ON pass (began_at);
CREATE INDEX pass_ended ON pass (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX pass_under_way ON pass (process) WHERE ended_at IS NULL;

CREATE TABLE work (                                   -- counted up with every batch, by whatever process
    stage     text NOT NULL,
    outcome   text NOT NULL,
    items     bigint NOT NULL,
    PRIMARY KEY (stage, outcome)
);

CREATE TABLE work_time (                              -- likewise
    stage     text PRIMARY KEY,
    seconds   double precision NOT NULL
);

CREATE TABLE watermark (                              -- how far something was read that is read once
    name      text PRIMARY KEY,
    position  bigint NOT NULL
);

-- How often its host refused an entry for the moment: it is borne for long, and not for ever.

ALTER TABLE entry ADD COLUMN refusals integer NOT NULL DEFAULT 0;  -- answers 429 and 503, which use up none of its tries

-- How sure it was that a figure belongs to its series: an alarm that rests on a guess waits for a second origin.

ALTER TABLE observation ADD COLUMN sure double precision NOT NULL DEFAULT 1 CHECK (sure > 0 AND sure <= 1);  -- 1: nothing was to be judged

-- How its sentence tells a number: an alarm on one that is told as moved is believed sooner than on one that is told as a part.

ALTER TABLE observation ADD COLUMN cues text[] NOT NULL DEFAULT '{}';  -- of its mention, as of version 7
