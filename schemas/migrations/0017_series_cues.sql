-- How its sentence tells a number: an alarm on one that is told as moved is believed sooner than on one that is told as a part.

ALTER TABLE observation ADD COLUMN cues text[] NOT NULL DEFAULT '{}';  -- of its mention, as of version 7
