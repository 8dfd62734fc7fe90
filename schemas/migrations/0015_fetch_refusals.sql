-- How often its host refused an entry for the moment: it is borne for long, and not for ever.

ALTER TABLE entry ADD COLUMN refusals integer NOT NULL DEFAULT 0;  -- answers 429 and 503, which use up none of its tries
