"""Imported by the process that workers of the analysis are forked from: what each needs is loaded there once.

Model, word vectors and tables are 300 MB and two seconds of CPU; workers share them, and one that is recycled starts at once.
"""

import gc

from extractors.analysis import analyse
from schemas.records import Page

# One short text touches everything that is loaded on first use.
analyse(
    Page(url="https://paper.example/1", text="Some 1,200 bicycles have been stolen in May 2026, the police said on Monday.")
)
# What stands in memory by now stays: a collection in a worker would touch it, and a page that is touched is no longer shared.
gc.collect()
gc.freeze()
