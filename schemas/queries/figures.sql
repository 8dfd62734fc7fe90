-- store --
-- The figures and claims of an article, in one statement; the ids of the figures rise in the order given.
WITH claims AS (
    INSERT INTO claim (article_id, position, span, speaker, cue, quote, kind, title, organisation, hedged, denied)
    SELECT %(article_id)s, position, int4range(start, "end"), speaker, cue, quote, kind, title, organisation, hedged, denied
    FROM jsonb_to_recordset(%(claims)s) AS claim (
        position integer, start integer, "end" integer, speaker text, cue text, quote boolean, kind text, title text, organisation text,
        hedged boolean, denied boolean
    )
)
INSERT INTO figure (article_id, position, sentence, span, sentence_span, surface, low, high, bound, unit, rate, measured, role, direction,
                    attribution, as_of, as_of_start, as_of_end, withdrawal, slots)
SELECT %(article_id)s, position, sentence, int4range(start, "end"), int4range(sentence_start, sentence_end), surface, low, high, bound,
       unit, rate, measured, role, direction, attribution, as_of, as_of_start, as_of_end, withdrawal, slots
FROM jsonb_to_recordset(%(figures)s) AS figure (
    position integer, sentence integer, start integer, "end" integer, sentence_start integer, sentence_end integer, surface text,
    low numeric, high numeric, bound text, unit text, rate text, measured text, role text, direction text, attribution text, as_of text,
    as_of_start date, as_of_end date, withdrawal boolean, slots jsonb
)
ORDER BY position
RETURNING id;

-- of_article --
SELECT figure.id, figure.position, figure.sentence, figure.surface, figure.low, figure.high, figure.bound, figure.unit, figure.rate, figure.role,
       observation.series_id, observation.as_of
FROM figure LEFT JOIN observation ON observation.figure_id = figure.id
WHERE figure.article_id = %(article_id)s AND figure.position >= 0 ORDER BY figure.position;

-- export --
SELECT article.url, article.revision, lower(figure.span) AS start, upper(figure.span) AS "end", figure.surface, figure.low, figure.high,
       figure.bound, figure.unit, figure.rate, figure.measured, figure.role, figure.direction, figure.attribution, figure.as_of,
       figure.as_of_start, figure.as_of_end, figure.slots ->> 'place' AS place, figure.withdrawal, observation.series_id AS series,
       figure.slots
FROM figure JOIN article ON article.id = figure.article_id LEFT JOIN observation ON observation.figure_id = figure.id
WHERE (NOT article.seed OR %(seeds)s) AND article.relation <> 'duplicate'
ORDER BY article.id, figure.position;

-- export_claims --
SELECT article.url, article.revision, lower(claim.span) AS start, upper(claim.span) AS "end", claim.speaker, claim.cue, claim.quote,
       claim.kind, claim.title, claim.organisation, claim.hedged, claim.denied
FROM claim JOIN article ON article.id = claim.article_id
WHERE (NOT article.seed OR %(seeds)s) AND article.relation <> 'duplicate'
ORDER BY article.id, claim.position;
