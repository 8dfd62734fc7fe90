-- near --
-- The figures of the articles that share most keys, of each key the latest, with what a glance needs, in a column each: there are
-- hundreds. Of articles that share the least there is, which most strangers do, a few will do.
WITH hit AS (
    SELECT found.article_id, sum(asked.weight) AS shared
    FROM unnest(%(keys)s::bigint[], %(weights)s::integer[]) AS asked (key, weight)
    CROSS JOIN LATERAL (
        SELECT article_id FROM article_key WHERE article_key.key = asked.key ORDER BY as_of DESC, article_id DESC LIMIT %(most_articles)s
    ) found
    GROUP BY found.article_id
), ranked AS (
    SELECT article_id, shared, row_number() OVER (PARTITION BY shared = 1 ORDER BY shared DESC, article_id DESC) AS place FROM hit
)
SELECT array_agg(observation.series_id) AS series, array_agg(observation.family) AS families, array_agg(observation.number) AS numbers,
       array_agg(observation.wording) AS wordings, array_agg(near.shared) AS shared
FROM (
    SELECT article_id, shared FROM ranked WHERE shared > 1 OR place <= %(most_strangers)s
    ORDER BY shared DESC, article_id DESC LIMIT %(most_articles)s
) near JOIN observation ON observation.article_id = near.article_id
WHERE observation.family = ANY (%(families)s)
HAVING count(*) > 0;

-- latest --
-- The figures of the latest observations of these series, and what the series are called.
SELECT series.id AS series_id, series.label, latest.figure_id
FROM series
CROSS JOIN LATERAL (
    SELECT as_of, id, figure_id FROM observation WHERE observation.series_id = series.id ORDER BY as_of DESC, id DESC LIMIT %(most_mentions)s
) latest
WHERE series.id = ANY (%(series)s)
ORDER BY series.id, latest.as_of DESC, latest.id DESC;

-- create --
-- A series for each; their ids rise in the order given.
INSERT INTO series (label, unit, dimension, rate, role, created_at)
SELECT label, unit, dimension, rate, role, %(now)s
FROM unnest(%(labels)s::text[], %(units)s::text[], %(dimensions)s::text[], %(rates)s::text[], %(roles)s::text[])
     WITH ORDINALITY AS first (label, unit, dimension, rate, role, place)
ORDER BY place
RETURNING id;

-- observe --
-- The figures of an article in their series, with what a look-up needs of their mentions; from now on the article is found by others.
WITH found_by AS (
    INSERT INTO article_key (key, as_of, article_id) SELECT unnest(%(keys)s::bigint[]), %(as_of)s, %(article_id)s ON CONFLICT DO NOTHING
)
INSERT INTO observation (series_id, figure_id, article_id, as_of, family, number, wording, sure, cues, mention)
SELECT series_id, figure_id, %(article_id)s, as_of, family, (mention -> 'number')::float8,
       decode(mention ->> 'vector', 'base64'), sure,
       ARRAY(SELECT jsonb_array_elements_text(mention -> 'cues')), mention
FROM ROWS FROM (
    unnest(%(series)s::bigint[], %(figures)s::bigint[], %(dates)s::timestamptz[], %(families)s::text[], %(sure)s::float8[]),
    jsonb_array_elements(%(mentions)s)
) WITH ORDINALITY AS seen (series_id, figure_id, as_of, family, sure, mention, place)
ORDER BY place;

-- relabel --
-- A series is called what most of its figures are called in the articles that were read, since of a seed few words are kept; of equals
-- the longest says most. So a label does not hang on which article came first.
UPDATE series SET label = best.measured
FROM (
    SELECT DISTINCT ON (observation.series_id) observation.series_id, figure.measured
    FROM observation JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
    WHERE observation.series_id = ANY (%(series)s) AND figure.measured <> ''
    GROUP BY observation.series_id, figure.measured
    ORDER BY observation.series_id, count(*) FILTER (WHERE NOT article.seed) DESC, length(figure.measured) DESC, figure.measured
) best
WHERE series.id = ANY (%(series)s) AND series.id = best.series_id AND series.label <> best.measured
  AND NOT EXISTS (SELECT FROM correction WHERE correction.series_id = series.id AND correction.kind = 'rename');

-- levels --
-- Those of these series that can shift; one that was merged into another is no more.
SELECT id FROM series WHERE id = ANY (%(series)s) AND role = 'level' ORDER BY id;

-- move_observations --
-- What stood there beyond doubt stands here as surely as the two lines are one.
UPDATE observation SET series_id = %(keep)s, sure = CASE sure WHEN 1 THEN %(sure)s ELSE sure END WHERE series_id = %(end)s;

-- move_shifts --
-- A shift keeps its alert: what was told was told.
UPDATE shift SET series_id = %(keep)s WHERE series_id = %(end)s;

-- move_corrections --
-- What a person decided holds for the line that remains; so does a name, unless it has one of its own.
WITH named AS (
    UPDATE series SET label = ended.label FROM series ended
    WHERE series.id = %(keep)s AND ended.id = %(end)s
      AND EXISTS (SELECT FROM correction WHERE correction.series_id = ended.id AND correction.kind = 'rename')
      AND NOT EXISTS (SELECT FROM correction WHERE correction.series_id = series.id AND correction.kind = 'rename')
)
UPDATE correction SET series_id = CASE series_id WHEN %(end)s THEN %(keep)s ELSE series_id END,
                      other_id = CASE other_id WHEN %(end)s THEN %(keep)s ELSE other_id END
WHERE %(end)s IN (series_id, other_id);

-- inherit_mute --
-- What was muted stays muted under the other's name.
UPDATE series SET muted_until = greatest(series.muted_until, ended.muted_until)
FROM series ended WHERE series.id = %(keep)s AND ended.id = %(end)s;

-- remove --
DELETE FROM series WHERE id = %(id)s;

-- apart --
-- Series that a person has taken apart.
SELECT series_id, other_id FROM correction
WHERE kind = 'split' AND (series_id = ANY (%(series)s) OR other_id = ANY (%(series)s));

-- side_by_side --
-- An article that holds figures of both series.
SELECT ours.article_id FROM observation ours JOIN observation theirs ON theirs.article_id = ours.article_id
WHERE ours.series_id = %(one)s AND theirs.series_id = %(other)s LIMIT 1;

-- split_observations --
-- A person says that they belong together.
UPDATE observation SET series_id = %(other_id)s, sure = 1 WHERE series_id = %(series_id)s AND id = ANY (%(observations)s::bigint[]);

-- split_shifts --
UPDATE shift SET series_id = %(other_id)s WHERE series_id = %(series_id)s AND observation_id = ANY (%(observations)s::bigint[]);

-- copy --
-- A new series like a known one.
INSERT INTO series (label, unit, dimension, rate, role, created_at)
SELECT label, unit, dimension, rate, role, %(now)s FROM series WHERE id = %(id)s
RETURNING id;

-- correct --
-- What a person decided, and which observations it moved.
INSERT INTO correction (kind, series_id, other_id, observations, label, made_at)
VALUES (%(kind)s, %(series_id)s, %(other_id)s, %(observations)s, %(label)s, %(now)s);

-- corrections --
SELECT id, kind, series_id, other_id, observations, label, made_at FROM correction ORDER BY id;

-- rename --
UPDATE series SET label = %(label)s WHERE id = %(id)s;

-- mute --
UPDATE series SET muted_until = %(until)s WHERE id = %(id)s;

-- members --
-- The observations of a series, as its history shows them: a copy adds none.
SELECT observation.id FROM observation JOIN article ON article.id = observation.article_id
WHERE observation.series_id = %(id)s AND article.relation <> 'duplicate' ORDER BY observation.as_of, observation.id;

-- watched --
-- Level series that hold a number from two articles or a shift, with the words in which a topic is looked for and their numbers.
SELECT series.id, series.label, series.unit, series.rate, count(observation.id) AS observations,
       count(DISTINCT article.cluster_id) AS origins, min(observation.as_of) AS first_seen, max(observation.as_of) AS last_seen, series.muted_until,
       (SELECT count(*) FROM shift WHERE shift.series_id = series.id AND shift.state = 'told') AS shifts,
       array_agg(coalesce(figure.low, figure.high) ORDER BY observation.as_of, observation.id) AS numbers,
       array_agg(figure.surface ORDER BY observation.as_of, observation.id) AS surfaces,
       string_agg(DISTINCT article.title, ' ') AS titles
FROM series JOIN observation ON observation.series_id = series.id JOIN article ON article.id = observation.article_id
JOIN figure ON figure.id = observation.figure_id
WHERE series.role = 'level' AND article.relation <> 'duplicate'
GROUP BY series.id HAVING count(DISTINCT article.cluster_id) > 1
ORDER BY shifts DESC, observations DESC, series.id;

-- move_observation --
-- What its article turned out to repeat decides the line and the date of a figure.
UPDATE observation SET series_id = %(series_id)s, as_of = %(as_of)s, sure = CASE series_id WHEN %(series_id)s THEN sure ELSE 1 END
WHERE figure_id = %(figure_id)s;

-- observations --
-- All that shifts of these series are decided from.
SELECT observation.id, observation.series_id AS series, observation.article_id AS article, article.url, article.outlet,
       article.cluster_id AS origin, article.credit, observation.as_of, figure.position, figure.surface, figure.low, figure.high, figure.bound,
       figure.unit, figure.rate, figure.role, figure.attribution AS speaker, article.revision > 1 AS revises,
       figure.withdrawal AS withdraws, article.cluster_id <> article.id AS follows, observation.sure,
       observation.cues
FROM observation JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
WHERE observation.series_id = ANY (%(series)s) AND article.relation <> 'duplicate'
ORDER BY observation.series_id, observation.as_of, observation.id;

-- shifts --
-- Shifts told before, to be compared with those that follow now; home is where the observation is by now.
-- Looked up one by one: there are few observations, and shifts without end.
SELECT observation.series_id AS home, told.*
FROM observation CROSS JOIN LATERAL (
    SELECT id, series_id, observation_id, before_id, from_number, to_number, kind, origins_before, origins_after, reason
    FROM shift WHERE shift.observation_id = observation.id AND state = 'told' LIMIT 1
) told
WHERE observation.series_id = ANY (%(series)s);

-- forget_withdrawn --
-- A shift that was found there and withdrawn before anybody was told.
DELETE FROM shift WHERE observation_id = %(observation_id)s AND state = 'withdrawn'
  AND NOT EXISTS (SELECT FROM alert WHERE alert.shift_id = shift.id);

-- shift_at --
SELECT id FROM shift WHERE observation_id = %(observation_id)s;

-- move_shift --
-- An earlier report of the same number came in late: it is the same shift, told once.
UPDATE shift SET observation_id = %(observation_id)s WHERE id = %(id)s;

-- keep_shift --
-- A shift is known by the observation that first gave its number; what is known of it is brought up to date.
INSERT INTO shift (series_id, observation_id, before_id, from_number, to_number, kind, origins_before, origins_after, reason, detected_at)
VALUES (%(series_id)s, %(observation_id)s, %(before_id)s, %(from_number)s, %(to_number)s, %(kind)s, %(origins_before)s, %(origins_after)s,
        %(reason)s, %(now)s)
ON CONFLICT (observation_id) DO UPDATE
SET series_id = excluded.series_id, before_id = excluded.before_id, from_number = excluded.from_number, to_number = excluded.to_number, kind = excluded.kind,
    origins_before = excluded.origins_before, origins_after = excluded.origins_after, reason = excluded.reason, state = 'told';

-- withdraw_shifts --
-- What came later shows that they were none.
UPDATE shift SET state = 'withdrawn' WHERE id = ANY (%(ids)s);

-- list --
-- Series with how often and how lately they were seen; those with most observations first.
SELECT series.id, series.label, series.unit, series.rate, series.role, count(observation.id) AS observations,
       count(DISTINCT article.cluster_id) AS origins, max(observation.as_of) AS last_seen,
       (SELECT count(*) FROM shift WHERE shift.series_id = series.id AND shift.state = 'told') AS shifts
FROM series JOIN observation ON observation.series_id = series.id JOIN article ON article.id = observation.article_id
WHERE (%(role)s::text IS NULL OR series.role = %(role)s) AND article.relation <> 'duplicate'
GROUP BY series.id
ORDER BY observations DESC, series.id LIMIT %(limit)s;

-- one --
SELECT id, label, unit, dimension, rate, role, created_at, muted_until FROM series WHERE id = %(id)s;

-- history --
-- The observations of a series in as-of order, with what a reader needs to believe them.
SELECT observation.id, observation.as_of, figure.surface, figure.low, figure.high, figure.bound, figure.unit, figure.attribution AS speaker,
       article.url, article.outlet, article.title, article.seed, article.cluster_id AS origin, article.published_at,
       substring(article.text FROM lower(figure.sentence_span) + 1 FOR upper(figure.sentence_span) - lower(figure.sentence_span)) AS sentence,
       lower(figure.span) - lower(figure.sentence_span) AS number_start, upper(figure.span) - lower(figure.sentence_span) AS number_end
FROM observation JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
WHERE observation.series_id = %(id)s AND article.relation <> 'duplicate'
ORDER BY observation.as_of, observation.id;

-- list_shifts --
SELECT shift.id, shift.series_id, series.label, series.unit, shift.from_number, shift.to_number, shift.kind, shift.origins_before,
       shift.origins_after, shift.reason, shift.state, shift.detected_at, observation.as_of, article.url, article.outlet, article.title
FROM shift JOIN series ON series.id = shift.series_id JOIN observation ON observation.id = shift.observation_id
JOIN article ON article.id = observation.article_id
WHERE shift.state = 'told'
ORDER BY observation.as_of DESC, shift.id DESC LIMIT %(limit)s;

-- shift --
SELECT shift.id, shift.series_id, series.label, series.unit, series.rate, shift.observation_id, shift.before_id, shift.from_number,
       shift.to_number, shift.kind, shift.origins_before, shift.origins_after, shift.reason, shift.state, shift.detected_at
FROM shift JOIN series ON series.id = shift.series_id WHERE shift.id = %(id)s;

-- mentions_of --
SELECT id, mention, sure FROM observation WHERE id = ANY (%(ids)s);

-- mentions_of_figures --
SELECT figure_id AS id, mention FROM observation WHERE figure_id = ANY (%(ids)s);

-- export --
SELECT series.id, series.label, series.unit, series.dimension, series.rate, series.role, series.created_at,
       count(observation.id) AS observations
FROM series JOIN observation ON observation.series_id = series.id
JOIN article ON article.id = observation.article_id AND article.relation <> 'duplicate'
GROUP BY series.id ORDER BY series.id;

-- export_observations --
SELECT observation.series_id AS series, observation.as_of, figure.low, figure.high, figure.bound, figure.unit, figure.role,
       figure.attribution AS speaker, article.url, article.outlet, article.cluster_id AS origin, article.seed
FROM observation JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
WHERE article.relation <> 'duplicate'
ORDER BY observation.series_id, observation.as_of, observation.id;

-- export_shifts --
SELECT article.url, shift.series_id AS series, shift.from_number AS "from", shift.to_number AS "to", shift.kind, shift.origins_before,
       shift.origins_after, shift.reason, shift.detected_at, observation.as_of, series.label, series.unit
FROM shift JOIN observation ON observation.id = shift.observation_id JOIN article ON article.id = observation.article_id
JOIN series ON series.id = shift.series_id
WHERE shift.state = 'told'
ORDER BY shift.id;
