"""Doing: Prefect flows and tasks, HTTP, Postgres, Apprise, the command line."""

import os

# Read by NumPy when it is first imported, in this process and in the workers that it starts: the parser's matrices are small,
# and a second thread for each of them costs three times the CPU and is no faster (measured). Pages run side by side instead.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The same for the pieces of words, whose threads would not live through the fork of a worker, besides.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
