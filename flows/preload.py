"""What the workers of an analyser have read before their first page. Read once, by the server that they are forked from.

Importing this reads it, since multiprocessing's server of forks knows no other way. A worker costs hardly any time then, and
all share one copy of some 300 MB. What cannot be read here is read, or said to be missing, by the worker itself.
"""

import gc
from contextlib import suppress

with suppress(Exception):
    from extractors.analysis import warm

    warm()
    gc.freeze()  # a collection would touch, and so copy, what is shared
