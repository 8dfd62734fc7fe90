-- How sure it was that a figure belongs to its series: an alarm that rests on a guess waits for a second origin.

ALTER TABLE observation ADD COLUMN sure double precision NOT NULL DEFAULT 1 CHECK (sure > 0 AND sure <= 1);  -- 1: nothing was to be judged
