-- store --
INSERT INTO figure (article_id, position, sentence, span, sentence_span, surface, low, high, bound, unit, rate, measured, role, direction,
                    attribution, as_of, as_of_start, as_of_end, withdrawal, slots)
VALUES (%(article_id)s, %(position)s, %(sentence)s, int4range(%(start)s, %(end)s), int4range(%(sentence_start)s, %(sentence_end)s), %(surface)s,
        %(low)s, %(high)s, %(bound)s, %(unit)s, %(rate)s, %(measured)s, %(role)s, %(direction)s, %(attribution)s, %(as_of)s,
        %(as_of_start)s, %(as_of_end)s, %(withdrawal)s, %(slots)s)
RETURNING id;

-- store_claim --
INSERT INTO claim (article_id, position, span, speaker, cue, quote, kind, title, organisation, hedged, denied)
VALUES (%(article_id)s, %(position)s, int4range(%(start)s, %(end)s), %(speaker)s, %(cue)s, %(quote)s, %(kind)s, %(title)s, %(organisation)s,
        %(hedged)s, %(denied)s);

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
