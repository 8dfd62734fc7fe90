"""Backfill: history from any archive. It takes its place in every series, by date, and wakes nobody.

archive -> units of work -> documents, analysed -> staged -> recorded in order

A unit is a file, or a list of addresses; one worker at a time reads it, under a lease, and what it read is stored together
with the position that it was read to (cursor.py, reading.py). What was read waits until its turn: recording goes unit by
unit, batch by batch, in an order that does not depend on who read what when (recording.py). So any number of workers, killed
at any moment and started again, come to the same rows as one that is never disturbed.

    shapes.py              what passes between the parts
    wanted.py              which documents are wanted, decided as early as possible
    kinds.py               the module of each kind of archive: plan(archive) -> units, read(unit, position) -> steps
    jsonl.py folder.py warc.py feed.py sitemap.py wordpress.py wayback.py pages.py
    online.py              the way of all of them to the network: the one gate, at a lower priority than live polling
    cursor.py              the backfills in the database: begun, leased, advanced, paused, counted
    reading.py recording.py run.py runner.py
    report.py              what a backfill came to
"""
